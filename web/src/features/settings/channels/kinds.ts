// The kinds of notifications in words.

const KINDS: Record<string, string> = {
  'run.failed': 'a run failed',
  'run.dead_letter': 'a run used up its attempts',
  'segment.shrank': 'a segment shrank',
  'segment.grew': 'a segment grew',
  'segment.emptied': 'a segment became empty',
  'schedule.missed': 'a scheduled time was missed',
  'approval.requested': 'an edit waits for approval',
  'approval.decided': 'an approval was decided',
};

/** A kind that is not known here is shown as the server calls it. */
export const kindLabel = (kind: string): string => KINDS[kind] ?? kind.replace(/[._]/g, ' ');
