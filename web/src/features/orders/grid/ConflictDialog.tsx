// Somebody else changed the same cells: what was there, what I want, what is there now; for each
// cell theirs, mine, or something else.
import { Button, Group, Modal, Radio, Stack, Table, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { ago, NOTHING, plural } from '@/lib/format';
import { useDesk } from '../desk';
import { fieldLabel, fieldOf, sent, shown, typed } from '../fields';
import type { Conflict, Desk, Value } from '../types';
import type { Answer, Clash } from './useEditing';

type Props = { clash: Clash | null; onResolve: (answers: Answer[]) => void };
type Choice = { way: 'theirs' | 'mine' | 'other'; text: string };

export const valueText = (desk: Desk, field: string, value: Value): string => {
  const known = fieldOf(desk, field);
  const text = known ? shown(known, value, desk) : String(value ?? '');
  return text === '' ? NOTHING : text;
};

export function ConflictDialog({ clash, onResolve }: Props) {
  if (clash === null) return null;
  return <Shown key={clash.draft.op_id} clash={clash} onResolve={onResolve} />;
}

function Shown({ clash, onResolve }: { clash: Clash; onResolve: Props['onResolve'] }) {
  const desk = useDesk();
  const { conflicts } = clash;
  const [choices, setChoices] = useState<Choice[]>(() =>
    conflicts.map(({ field, mine }) => {
      const known = fieldOf(desk, field);
      return { way: 'theirs', text: known ? typed(known, mine, desk) : String(mine ?? '') };
    }),
  );
  const choose = (place: number, change: Partial<Choice>) =>
    setChoices(choices.map((one, at) => (at === place ? { ...one, ...change } : one)));
  const all = (way: Choice['way']) => setChoices(choices.map((one) => ({ ...one, way })));
  const answers = (): Answer[] =>
    conflicts.flatMap((conflict, place) => {
      const { way, text } = choices[place] as Choice;
      const { field, key, mine, version } = conflict;
      const known = fieldOf(desk, field);
      if (way === 'theirs') return [];
      const value = way === 'mine' || !known ? mine : sent(known, text, desk);
      return [{ field, key, value, version, typed: way === 'other' ? text : undefined }];
    });
  return (
    <Modal
      opened
      onClose={() => onResolve([])}
      title={`Somebody else changed ${plural(conflicts.length, 'cell')}`}
      size="xl"
    >
      <Stack>
        <Text size="sm">Nothing was written over. Say for each cell what is to stand there.</Text>
        <Table.ScrollContainer minWidth={560}>
          <Table aria-label="Cells that somebody else changed">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Cell</Table.Th>
                <Table.Th>It was</Table.Th>
                <Table.Th>Theirs</Table.Th>
                <Table.Th>Yours</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {conflicts.map((conflict, place) => (
                <Row
                  key={`${conflict.key}/${conflict.field}`}
                  conflict={conflict}
                  choice={choices[place] as Choice}
                  onChoose={(change) => choose(place, change)}
                />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
        <Group justify="flex-end" gap="xs">
          {conflicts.length > 1 && (
            <>
              <Button variant="subtle" color="gray" onClick={() => all('theirs')}>
                All theirs
              </Button>
              <Button variant="subtle" color="gray" onClick={() => all('mine')} mr="auto">
                All mine
              </Button>
            </>
          )}
          <Button variant="default" onClick={() => onResolve([])}>
            Take theirs
          </Button>
          <Button onClick={() => onResolve(answers())}>Go on</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

type RowProps = {
  conflict: Conflict;
  choice: Choice;
  onChoose: (change: Partial<Choice>) => void;
};

function Row({ conflict, choice, onChoose }: RowProps) {
  const desk = useDesk();
  const { field, key, base, mine, theirs, changed_by, changed_at } = conflict;
  const name = `${fieldLabel(desk, field)} of order ${key}`;
  const radio = (way: Choice['way'], label: string) => (
    <Radio
      name={`${key}/${field}`}
      label={label}
      checked={choice.way === way}
      onChange={() => onChoose({ way })}
    />
  );
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={500}>
        {name}
      </Table.Th>
      <Table.Td>{valueText(desk, field, base)}</Table.Td>
      <Table.Td>
        {radio('theirs', valueText(desk, field, theirs))}
        {changed_by && (
          <Text size="xs" c="dimmed">
            {changed_by}, {ago(changed_at)}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Stack gap={6}>
          {radio('mine', valueText(desk, field, mine))}
          {radio('other', 'Something else')}
          {choice.way === 'other' && (
            <TextInput
              size="xs"
              aria-label={`Something else for ${name}`}
              value={choice.text}
              onChange={(event) => onChoose({ text: event.currentTarget.value })}
            />
          )}
        </Stack>
      </Table.Td>
    </Table.Tr>
  );
}
