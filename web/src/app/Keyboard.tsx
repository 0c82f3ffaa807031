// Listens to the keys of the whole app and gives the shell's own their meaning.
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useWorkspace } from '@/api/session';
import {
  isSingle,
  type Key,
  knownKeys,
  NOTHING_PRESSED,
  nameOf,
  press,
  takesText,
  useKeys,
} from '@/lib/keys';
import { preferences } from '@/lib/preferences';
import { useAnyAsked, useAsk } from './dialogs';
import { PLACES } from './navigation';

const EVERYWHERE = 'Everywhere';

export function Keyboard() {
  const ask = useAsk();
  const navigate = useNavigate();
  const { can } = useWorkspace();
  useKeys([
    {
      keys: 'mod+k',
      label: 'Search and do',
      area: EVERYWHERE,
      inFields: true,
      act: () => ask('palette'),
    },
    { keys: '?', label: 'Show all keys', area: EVERYWHERE, act: () => ask('keys') },
    { keys: '/', label: 'Search on this page', area: EVERYWHERE, act: focusSearch },
    ...(can('edit')
      ? [
          {
            keys: 'n',
            label: 'New rule',
            area: EVERYWHERE,
            act: () => void navigate({ to: '/rules/new' }),
          },
        ]
      : []),
    { keys: 'Escape', label: 'Close what lies above the page', area: EVERYWHERE },
    ...PLACES.map(({ to, label, key }) => ({
      keys: `g ${key}`,
      label: `Go to ${label}`,
      area: 'Places',
      act: () => void navigate({ to }),
    })),
  ]);
  useListening(useAnyAsked());
  return null;
}

const focusSearch = (): void => {
  const field = document.querySelector<HTMLElement>('#main [data-search]');
  const input = field instanceof HTMLInputElement ? field : field?.querySelector('input');
  input?.focus();
  input?.select();
};

function useListening(asked: boolean): void {
  const waiting = useRef(NOTHING_PRESSED);
  const blocked = useRef(asked);
  blocked.current = asked;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.repeat || blocked.current) return;
      const mod = event.ctrlKey || event.metaKey;
      const pressed = nameOf({
        key: event.key,
        mod,
        alt: event.altKey,
        shift: event.shiftKey,
      });
      const outcome = press(usable(pressed, event), waiting.current, pressed, event.timeStamp);
      waiting.current = outcome.waiting;
      if (outcome.swallow) event.preventDefault();
      outcome.fired?.act?.();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
}

/** The keys that count where the focus is: no letters while writing, and in dialogs theirs only. */
const usable = (pressed: string, event: KeyboardEvent): readonly Key[] => {
  const single = isSingle(pressed);
  if (single && !preferences().singleKeys) return [];
  const target = event.target instanceof Element ? event.target : null;
  const writing = takesText(target);
  if (single && (writing || target?.closest('[role="dialog"], [role="menu"], [role="listbox"]')))
    return [];
  if (document.querySelector('[aria-modal="true"]')) return [];
  return writing ? knownKeys().filter((one) => one.inFields) : knownKeys();
};
