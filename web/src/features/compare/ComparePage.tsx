// Two to six segments: how they overlap, where they differ, and new segments out of regions.
import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useWorkspace } from '@/api/session';
import { NoModel } from '@/ui/NoModel';
import { Page } from '@/ui/Page';
import { SegmentPicker } from '@/ui/SegmentPicker';
import { SkeletonLines, StateView } from '@/ui/StateView';
import { Comparison } from './Comparison';
import { LeftOut } from './LeftOut';
import { FEWEST_COMPARED, MOST_COMPARED, namesOf } from './logic';
import { overlapQuery, useSegments } from './queries';
import { Start } from './Start';

export function ComparePage() {
  const { has_model: hasModel } = useWorkspace();
  return (
    <Page
      title="Compare"
      description="How segments overlap, where their people differ, and new segments out of any part."
    >
      {hasModel ? <Chosen /> : <NoModel />}
    </Page>
  );
}

function Chosen() {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const names = namesOf(search.of);
  const { rows, isReady, query } = useSegments(names);
  const refreshed = names.filter((name) => rows.get(name)?.row_count != null);
  const titles = new Map([...rows].map(([name, row]) => [name, row.title]));
  const choose = (chosen: string[]) =>
    navigate({
      to: '/compare',
      search: (before) => ({ ...before, of: chosen.join(',') || undefined, chosen: undefined }),
      replace: true,
    });
  return (
    <>
      <SegmentPicker
        label="Segments to compare"
        description="Two to six; circles for two or three, columns for more"
        multiple
        value={names}
        onChange={choose}
        max={MOST_COMPARED}
      />
      {isReady && <LeftOut names={names} rows={rows} />}
      {query.isError || (!isReady && names.length > 0) ? (
        <StateView query={query} skeleton={<SkeletonLines lines={8} height={32} />}>
          {() => null}
        </StateView>
      ) : refreshed.length < FEWEST_COMPARED ? (
        <Start chosen={refreshed} titles={titles} onChoose={choose} />
      ) : (
        <Compared names={refreshed} titles={titles} />
      )}
    </>
  );
}

function Compared({ names, titles }: { names: string[]; titles: Map<string, string> }) {
  const overlap = useQuery(overlapQuery(names));
  return (
    <StateView query={overlap} skeleton={<SkeletonLines lines={8} height={32} />}>
      {(found) => (
        <Stack gap="xl" aria-busy={overlap.isPlaceholderData}>
          <Comparison overlap={found} titles={titles} />
        </Stack>
      )}
    </StateView>
  );
}
