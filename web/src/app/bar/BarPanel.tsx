// A button of the bar with a panel below it: opens and closes by press, Escape, and a press or the
// focus elsewhere; arrows go through what can be pressed. What stands inside is loaded by its owner.
import { ActionIcon, Paper } from '@mantine/core';
import {
  type ComponentPropsWithoutRef,
  type KeyboardEvent,
  type ReactNode,
  Suspense,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react';
import { SkeletonLines } from '@/ui/StateView';
import classes from './BarPanel.module.css';

type Props = {
  label: string;
  /** What the button shows. */
  face: ReactNode;
  /** A button that is wider than an icon. */
  wide?: boolean;
  side?: 'start' | 'end';
  width?: number;
  /** Have the inside ready: the button was pointed at. */
  prepare?: () => void;
  children: (close: () => void) => ReactNode;
};

export function BarPanel({
  label,
  face,
  wide,
  side = 'end',
  width = 320,
  prepare,
  children,
}: Props) {
  const { open, setOpen, close, box, button } = useOpen();
  const id = useId();
  const control: ComponentPropsWithoutRef<'button'> = {
    'aria-label': label,
    'aria-expanded': open,
    'aria-controls': open ? id : undefined,
    onClick: () => setOpen(!open),
    onPointerEnter: prepare,
    onFocus: prepare,
  };
  return (
    <div ref={box} className={classes.box}>
      {wide ? (
        <button ref={button} type="button" className={classes.wide} {...control}>
          {face}
        </button>
      ) : (
        <ActionIcon ref={button} size={40} {...control}>
          {face}
        </ActionIcon>
      )}
      {open && (
        <Paper
          id={id}
          component="section"
          aria-label={label}
          withBorder
          shadow="lg"
          className={classes.panel}
          data-side={side}
          style={{ '--width': `${width}px` }}
          onKeyDown={walk}
        >
          <Suspense fallback={<SkeletonLines lines={3} />}>{children(close)}</Suspense>
        </Paper>
      )}
    </div>
  );
}

function useOpen() {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => setOpen(false);
  useEffect(() => {
    if (!open) return;
    const outside = (event: Event) => {
      const to = event.target;
      // What a press has just removed was inside.
      if (to instanceof Node && to.isConnected && !box.current?.contains(to)) setOpen(false);
    };
    const onEscape = (event: globalThis.KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      setOpen(false);
      button.current?.focus();
    };
    document.addEventListener('pointerdown', outside);
    document.addEventListener('focusin', outside);
    document.addEventListener('keydown', onEscape);
    return () => {
      document.removeEventListener('pointerdown', outside);
      document.removeEventListener('focusin', outside);
      document.removeEventListener('keydown', onEscape);
    };
  }, [open]);
  return { open, setOpen, close, box, button };
}

const WALKED = 'a[href], button:not(:disabled), input:not(:disabled)';

/** Arrows, Home and End move the focus among what can be pressed. */
const walk = (event: KeyboardEvent<HTMLElement>): void => {
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>(WALKED)];
  const here = stops.indexOf(document.activeElement as HTMLElement);
  const last = stops.length - 1;
  const next: Record<string, number> = {
    ArrowDown: here >= last ? 0 : here + 1,
    ArrowUp: here <= 0 ? last : here - 1,
    Home: 0,
    End: last,
  };
  const to = next[event.key];
  if (to === undefined || (document.activeElement as HTMLInputElement | null)?.type === 'radio')
    return;
  event.preventDefault();
  stops[to]?.focus();
};
