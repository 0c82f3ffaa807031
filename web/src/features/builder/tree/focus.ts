// Puts the focus where the last change wants it.
import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import type { Wish } from './reduce';

const FIELDS = 'input:not([type=hidden]), select, textarea, button';

const target = (row: HTMLElement, part: Wish['part'], last: Element | null): HTMLElement | null => {
  const handle = row.querySelector<HTMLElement>('[data-handle]');
  switch (part) {
    case 'kept':
      if (row.contains(document.activeElement)) return null;
      return last instanceof HTMLElement && row.contains(last) ? last : handle;
    case 'first': {
      const fields = row.querySelector('[data-fields]');
      const wanted = fields?.querySelector<HTMLElement>('[data-value] :is(input, select, button)');
      return wanted ?? fields?.querySelector<HTMLElement>(FIELDS) ?? handle;
    }
    case 'add':
      return row.querySelector<HTMLElement>('[data-add]');
    case 'match':
      return row.querySelector<HTMLElement>('[data-match]') ?? handle;
    default:
      return handle;
  }
};

/** Fulfil each new wish once, inside `root`. */
export const useWish = (
  root: RefObject<HTMLElement | null>,
  wish: Wish | null,
  wishes: number,
): void => {
  const last = useRef<Element | null>(null);
  useEffect(() => {
    const remember = (event: FocusEvent) => {
      last.current = event.target as Element;
    };
    const place = root.current;
    place?.addEventListener('focusin', remember);
    return () => place?.removeEventListener('focusin', remember);
  }, [root]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each wish counts, the same one too
  useLayoutEffect(() => {
    if (!wish) return;
    const row =
      root.current?.dataset.node === wish.id
        ? root.current
        : root.current?.querySelector<HTMLElement>(`[data-node="${wish.id}"]`);
    if (row) target(row, wish.part, last.current)?.focus();
  }, [wishes]);
};
