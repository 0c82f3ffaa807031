// The line at the top while a page is on its way; quick pages never show it.
import { useRouterState } from '@tanstack/react-router';
import classes from './Progress.module.css';

export function Progress() {
  const busy = useRouterState({ select: (state) => state.status === 'pending' });
  if (!busy) return null;
  return <div className={classes.line} role="progressbar" aria-label="Loading the page" />;
}
