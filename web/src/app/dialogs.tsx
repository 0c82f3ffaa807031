// The dialogs of the shell: at most one is open, each is loaded when it is first asked for.
import {
  createContext,
  lazy,
  type ReactNode,
  Suspense,
  useContext,
  useMemo,
  useState,
} from 'react';

export type DialogName = 'palette' | 'keys' | 'workspace';
type Ask = (name: DialogName | null) => void;

const loadPalette = () => import('./palette/Palette');
const Palette = lazy(() => loadPalette().then((part) => ({ default: part.Palette })));
const KeysHelp = lazy(() => import('./KeysHelp').then((part) => ({ default: part.KeysHelp })));
const NewWorkspace = lazy(() =>
  import('./NewWorkspace').then((part) => ({ default: part.NewWorkspace })),
);

const Asked = createContext<Ask>(() => {});
const Shown = createContext(false);

/** Open one of the shell's dialogs. */
export const useAsk = (): Ask => useContext(Asked);

/** Whether one of them is open, or on its way: keys are meant for it then. */
export const useAnyAsked = (): boolean => useContext(Shown);

/** Have the palette ready before the click or the key is done. */
export const preparePalette = (): void => void loadPalette();

export function Dialogs({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<DialogName | null>(null);
  // Once opened, a dialog stays mounted so that it closes with its motion and gives back the focus.
  const [used, setUsed] = useState<ReadonlySet<DialogName>>(new Set());
  const ask = useMemo<Ask>(
    () => (name) => {
      setShown(name);
      if (name !== null) setUsed((before) => new Set(before).add(name));
    },
    [],
  );
  const close = () => setShown(null);
  return (
    <Asked value={ask}>
      <Shown value={shown !== null}>{children}</Shown>
      <Suspense fallback={null}>
        {used.has('palette') && <Palette opened={shown === 'palette'} onClose={close} />}
        {used.has('keys') && <KeysHelp opened={shown === 'keys'} onClose={close} />}
        {used.has('workspace') && <NewWorkspace opened={shown === 'workspace'} onClose={close} />}
      </Suspense>
    </Asked>
  );
}
