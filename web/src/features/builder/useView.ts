// Which view of the rule is shown; it stands in the address.
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

export const VIEWS = [
  { value: 'visual', label: 'Visual' },
  { value: 'json', label: 'JSON' },
  { value: 'yaml', label: 'YAML' },
  { value: 'sql', label: 'SQL' },
  { value: 'sentence', label: 'Sentence' },
] as const;
export type View = (typeof VIEWS)[number]['value'];

export const useView = (): [View, (view: View) => void] => {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const view = VIEWS.find(({ value }) => value === search.view)?.value ?? 'visual';
  const set = useCallback(
    (next: View) =>
      void navigate({
        to: '.',
        search: (before) => ({ ...before, view: next === 'visual' ? undefined : next }),
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  );
  return [view, set];
};
