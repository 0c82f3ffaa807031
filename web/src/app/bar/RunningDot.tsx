// Whether anything is at work now, as it changes, and the way to it.
import { useQueryClient } from '@tanstack/react-query';
import { lazy, useCallback } from 'react';
import { isOver, type Run, useLiveRuns } from '@/api/run-stream';
import { plural } from '@/lib/format';
import { BarPanel } from './BarPanel';
import classes from './Bell.module.css';

const load = () => import('./RunningPanel');
const RunningPanel = lazy(() => load().then((part) => ({ default: part.RunningPanel })));

export function RunningDot() {
  const queries = useQueryClient();
  // What ended may have told something: the bell need not wait for its next look.
  const listen = useCallback(
    (run: Run) => {
      if (isOver(run)) void queries.invalidateQueries({ queryKey: ['notifications'] });
    },
    [queries],
  );
  const runs = useLiveRuns(listen);
  const label = runs.length > 0 ? `${plural(runs.length, 'run')} at work` : 'Nothing is running';
  return (
    <BarPanel
      label={label}
      width={360}
      prepare={() => void load()}
      face={<span className={classes.dot} data-busy={runs.length > 0 || undefined} aria-hidden />}
    >
      {(close) => <RunningPanel runs={runs} close={close} />}
    </BarPanel>
  );
}
