// Ask before what cannot be undone with one press. The dialog is loaded when it is first needed.
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';

export type Asked = {
  title: string;
  body: ReactNode;
  confirm: string;
  cancel?: string;
  onConfirm: () => void;
};

const ConfirmDialog = lazy(() =>
  import('./ConfirmDialog').then((part) => ({ default: part.ConfirmDialog })),
);
const askers = new Set<(asked: Asked) => void>();

export const confirm = (asked: Asked): void => {
  for (const ask of askers) ask(asked);
};

/** Where questions appear; once, in the shell. */
export function ConfirmHost() {
  const [asked, setAsked] = useState<Asked | null>(null);
  const [opened, setOpened] = useState(false);
  useEffect(() => {
    const ask = (next: Asked) => {
      setAsked(next);
      setOpened(true);
    };
    askers.add(ask);
    return () => {
      askers.delete(ask);
    };
  }, []);
  if (asked === null) return null;
  return (
    <Suspense fallback={null}>
      <ConfirmDialog asked={asked} opened={opened} onClose={() => setOpened(false)} />
    </Suspense>
  );
}
