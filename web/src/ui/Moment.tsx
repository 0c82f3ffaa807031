// An instant as people say it; pointed at or read aloud, exactly, with its zone.
import { Text, Tooltip } from '@mantine/core';
import { ago, moment } from '@/lib/format';

type Props = { at: string | null | undefined; never?: string };

export function Moment({ at, never = 'never' }: Props) {
  if (at == null)
    return (
      <Text span c="dimmed" size="sm">
        {never}
      </Text>
    );
  return (
    <Tooltip label={moment(at)}>
      <Text size="sm" component="time" dateTime={at} style={{ whiteSpace: 'nowrap' }}>
        {ago(at)}
      </Text>
    </Tooltip>
  );
}
