// Keeps what is being written: on the server a second after the last change, in this browser until
// the server has it.
import { useCallback, useEffect, useRef, useState } from 'react';
import { api, unwrap } from '@/api/client';
import type { Content } from '../document';
import { hold } from './held';
import type { Draft } from './logic';

const PAUSE_MILLISECONDS = 1000;
const RETRY_MILLISECONDS = 10_000;

/** `here`: only this browser has it, the server could not be reached. */
export type Keeping = 'nothing' | 'saving' | 'saved' | 'here';

export type Autosave = {
  keeping: Keeping;
  /** Keep what is not kept yet; whether the server has it then. */
  flush: () => Promise<boolean>;
  /** The draft is no longer needed: it was saved, or thrown away. */
  forget: () => void;
};

export const useAutosave = (
  key: string,
  content: Content,
  base: number | null,
  dirty: boolean,
): Autosave => {
  const [keeping, setKeeping] = useState<Keeping>('nothing');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const pending = useRef<Draft | null>(null);
  const had = useRef(false);
  const sent = useRef<Promise<unknown>>(Promise.resolve());

  const flush = useCallback(async (): Promise<boolean> => {
    clearTimeout(timer.current);
    const draft = pending.current;
    if (draft === null) return true;
    hold(key, draft);
    try {
      const params = { path: { key } };
      const asked = unwrap(api.PUT('/api/kept/{key}', { params, body: { value: draft } }));
      sent.current = asked.catch(() => {});
      await asked;
    } catch {
      setKeeping('here');
      timer.current = setTimeout(() => void flush(), RETRY_MILLISECONDS);
      return false;
    }
    if (pending.current === null) return true;
    if (pending.current !== draft) return flush();
    pending.current = null;
    hold(key, null);
    setKeeping('saved');
    return true;
  }, [key]);

  const forget = useCallback(() => {
    clearTimeout(timer.current);
    pending.current = null;
    had.current = false;
    hold(key, null);
    setKeeping('nothing');
    // What is on its way would come back after it.
    void sent.current.then(() =>
      api.DELETE('/api/kept/{key}', { params: { path: { key } } }).catch(() => {}),
    );
  }, [key]);

  useEffect(() => {
    if (!dirty) {
      if (had.current) forget();
      return;
    }
    had.current = true;
    pending.current = { content, base, at: new Date().toISOString() };
    setKeeping('saving');
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void flush(), PAUSE_MILLISECONDS);
  }, [content, base, dirty, flush, forget]);

  useEffect(() => {
    const leave = () => pending.current && hold(key, pending.current);
    const again = () => pending.current && void flush();
    window.addEventListener('pagehide', leave);
    window.addEventListener('online', again);
    return () => {
      window.removeEventListener('pagehide', leave);
      window.removeEventListener('online', again);
      clearTimeout(timer.current);
    };
  }, [key, flush]);

  return { keeping, flush, forget };
};
