// Who they are against everyone, one attribute at a time.
import { Select, Stack, Text } from '@mantine/core';
import { Breakdown } from '@/ui/Breakdown';
import type { Live } from '../queries';

type Props = { answer: Live; chosen: string | null; onChoose: (name: string) => void };

export function Profile({ answer, chosen, onChoose }: Props) {
  const attributes = answer.breakdown?.attributes ?? [];
  const shown = attributes.find((one) => one.name === chosen) ?? attributes[0];
  if (!shown) return <Text c="dimmed">There is no attribute to look at.</Text>;
  return (
    <Stack gap="sm">
      <Select
        size="xs"
        label="Attribute"
        allowDeselect={false}
        data={attributes.map((one) => ({ value: one.name, label: one.label }))}
        value={shown.name}
        onChange={(name) => name && onChoose(name)}
      />
      <Breakdown key={shown.name} attribute={shown} most={10} />
    </Stack>
  );
}
