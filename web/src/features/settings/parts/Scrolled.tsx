// What is wider than a narrow window scrolls by itself, with the keys too.
import type { ReactNode } from 'react';
import classes from './Scrolled.module.css';

export function Scrolled({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: only what has the focus scrolls by keys
    <section className={classes.box} tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
