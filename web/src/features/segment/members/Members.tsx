// Some members at a time, personal values masked; who entered or left, who was in at a date, and
// why somebody is in or out.
import {
  Button,
  Group,
  SegmentedControl,
  Stack,
  Switch,
  Text,
  TextInput,
  Tooltip,
} from '@mantine/core';
import { IconUserQuestion } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { vocabularyQuery } from '@/api/queries';
import { useWorkspace } from '@/api/session';
import { count, plural } from '@/lib/format';
import { EmptyNote } from '@/ui/EmptyNote';
import { StateView } from '@/ui/StateView';
import { firstColumns, type MemberChange } from '../logic';
import { membersQuery } from '../queries';
import type { TabProps } from '../SegmentPage';
import { ColumnChoice } from './ColumnChoice';
import { MemberTable } from './MemberTable';

const WhySheet = lazy(() => import('@/ui/why/WhySheet').then((m) => ({ default: m.WhySheet })));

export function Members({ segment, search, onSearch }: TabProps) {
  const { can } = useWorkspace();
  const vocabulary = useQuery(vocabularyQuery).data;
  const [trail, setTrail] = useState<string[]>([]);
  const [clear, setClear] = useState(false);
  const { change, at, columns } = search;
  const found = useQuery({
    ...membersQuery(segment.id, {
      cursor: trail.at(-1),
      clear: clear || undefined,
      columns,
      at: at && new Date(at).toISOString(),
      change,
    }),
    placeholderData: keepPreviousData,
  });
  const anew = (wanted: Parameters<typeof onSearch>[0]) => {
    setTrail([]);
    onSearch(wanted);
  };
  if (segment.version === null)
    return <EmptyNote title="No members yet">Refresh the segment to find out who is in.</EmptyNote>;
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-end">
        <Group gap="sm" align="flex-end">
          <SegmentedControl
            aria-label="Which members"
            value={change ?? 'all'}
            onChange={(value) =>
              anew({
                change: value === 'all' ? undefined : (value as MemberChange),
                at: undefined,
              })
            }
            data={[
              { value: 'all', label: 'All members' },
              { value: 'entered', label: 'Entered' },
              { value: 'left', label: 'Left' },
            ]}
          />
          <TextInput
            type="datetime-local"
            label="Who was in at"
            value={at ?? ''}
            onChange={(event) =>
              anew({ at: event.currentTarget.value || undefined, change: undefined })
            }
          />
        </Group>
        <Group gap="sm">
          {vocabulary && (
            <ColumnChoice
              attributes={vocabulary.attributes}
              columns={columns}
              shown={shownColumns(columns, found.data)}
              onChange={(next) => anew({ columns: next })}
            />
          )}
          <Button
            variant="default"
            onClick={() => onSearch({ why: '' })}
            leftSection={<IconUserQuestion size={16} aria-hidden />}
          >
            Check a person
          </Button>
        </Group>
      </Group>
      <StateView
        query={found}
        isEmpty={({ data }) => data.length === 0}
        empty={
          <Nobody
            change={change}
            at={at}
            onAll={() => anew({ change: undefined, at: undefined })}
          />
        }
      >
        {(page) => (
          <>
            <Text size="sm" c="dimmed" role="status">
              {plural(page.row_count, 'person', 'people')} {WHICH[change ?? 'all']}, version{' '}
              {page.version}
              {page.synthetic && '; synthetic data'}
            </Text>
            <MemberTable
              page={page}
              shown={shownColumns(columns, page)}
              vocabulary={vocabulary}
              busy={found.isFetching}
              onWhy={(why) => onSearch({ why })}
            />
            <Group justify="space-between">
              <Personal
                masked={page.masked}
                clear={clear}
                onClear={setClear}
                may={can('see_personal')}
              />
              <Group gap="xs">
                <Button
                  variant="default"
                  disabled={trail.length === 0}
                  onClick={() => setTrail(trail.slice(0, -1))}
                >
                  Previous
                </Button>
                <Button
                  variant="default"
                  disabled={page.next_cursor === null}
                  onClick={() => page.next_cursor && setTrail([...trail, page.next_cursor])}
                >
                  Next
                </Button>
              </Group>
            </Group>
          </>
        )}
      </StateView>
      <Suspense>
        <WhySheet
          opened={search.why !== undefined}
          onClose={() => onSearch({ why: undefined })}
          source={{ segmentId: segment.id }}
          entity={search.why}
        />
      </Suspense>
    </Stack>
  );
}

const WHICH = {
  all: 'in',
  entered: 'entered with it',
  left: 'left with it',
} as const;

type Page = { columns: string[]; masked: string[] };

/** The columns of the address, else the key and the first that are not personal. */
const shownColumns = (columns: string | undefined, page: Page | undefined): string[] => {
  if (page === undefined) return [];
  return columns === undefined ? firstColumns(page.columns, page.masked) : page.columns;
};

type NobodyProps = { change?: MemberChange; at?: string; onAll: () => void };

function Nobody({ change, at, onAll }: NobodyProps) {
  if (change === undefined && at === undefined)
    return <EmptyNote title="Nobody is in">No one meets what the rule asks for.</EmptyNote>;
  return (
    <EmptyNote
      title={at ? 'Nobody was in then' : `Nobody ${change} with this version`}
      action={
        <Button variant="default" onClick={onAll}>
          Show all members
        </Button>
      }
    />
  );
}

type PersonalProps = {
  masked: string[];
  clear: boolean;
  may: boolean;
  onClear: (clear: boolean) => void;
};

function Personal({ masked, clear, may, onClear }: PersonalProps) {
  if (masked.length === 0 && !clear) return <span />;
  if (!may)
    return (
      <Text size="sm" c="dimmed">
        {count(masked.length)} personal columns are hidden; your role does not show them.
      </Text>
    );
  return (
    <Tooltip label="That you looked at them is written to the audit log.">
      <Switch
        label="Show personal values"
        description="It is written to the audit log."
        checked={clear}
        onChange={(event) => onClear(event.currentTarget.checked)}
      />
    </Tooltip>
  );
}
