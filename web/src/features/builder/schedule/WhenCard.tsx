// When the rule refreshes by itself, and what other rules call it.
import { Card, Stack, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { memo } from 'react';
import { useWorkspace } from '@/api/session';
import { type Details, technicalName } from '../document';
import { scheduleQuery } from '../queries';
import type { DetailFaults } from '../save/logic';
import { type Options, ScheduleOptions } from './ScheduleOptions';
import { SchedulePicker } from './SchedulePicker';

type Props = {
  details: Details;
  onDetails: (details: Partial<Details>) => void;
  faults: DetailFaults;
  /** Of the rule, else of the data. */
  timeZone: string;
  /** Of the saved rule; null: it is new. */
  savedName: string | null;
  /** What was changed of the schedule beside its times. */
  options: Options | null;
  onOptions: (options: Options) => void;
  canEdit: boolean;
};

export const WhenCard = memo(function WhenCard(props: Props) {
  const { details, onDetails, faults, savedName, canEdit } = props;
  const canOperate = useWorkspace().can('operate');
  const schedule = useQuery(scheduleQuery(savedName));
  const saved = schedule.data;
  const options: Options = props.options ?? {
    time_zone: saved?.time_zone ?? props.timeZone,
    starts_at: saved?.starts_at ?? null,
    ends_at: saved?.ends_at ?? null,
    misfire: saved?.misfire ?? 'once',
    grace_seconds: saved?.grace_seconds ?? 3600,
    paused: saved?.paused ?? false,
  };
  return (
    <Card component="section" aria-labelledby="when-title">
      <Stack gap="md">
        <Title order={2} id="when-title">
          When it refreshes
        </Title>
        <SchedulePicker
          cron={details.schedule}
          onCron={(cron) => onDetails({ schedule: cron })}
          timeZone={options.time_zone}
          error={faults.schedule}
          disabled={!canEdit}
        />
        {details.schedule !== null && (
          <ScheduleOptions
            options={options}
            onChange={props.onOptions}
            disabled={!canEdit || !canOperate}
          />
        )}
        <TextInput
          label="Technical name"
          description={
            savedName === null
              ? 'What other rules and the API call it; made of the name if left empty'
              : 'What other rules and the API call it; it stays'
          }
          placeholder={technicalName(details.title) || 'made_of_the_name'}
          value={details.name ?? ''}
          onChange={(event) => onDetails({ name: event.currentTarget.value || null })}
          error={faults.name}
          readOnly={!canEdit || savedName !== null}
          spellCheck={false}
          maxLength={63}
          maw={420}
        />
      </Stack>
    </Card>
  );
});
