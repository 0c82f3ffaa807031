// An instant as people say it; pointed at or read aloud, exactly, with its zone.
import { Text } from '@mantine/core';
import { ago, moment } from '@/lib/format';

type Props = { at: string | null | undefined; never?: string };

export function Moment({ at, never = 'never' }: Props) {
  if (at == null)
    return (
      <Text span c="dimmed" size="sm">
        {never}
      </Text>
    );
  // The browser's own tooltip: there are many moments on a page, and the first one shows some.
  return (
    <Text
      size="sm"
      component="time"
      dateTime={at}
      title={moment(at)}
      style={{ whiteSpace: 'nowrap' }}
    >
      {ago(at)}
    </Text>
  );
}
