// The rule as JSON: checked by the server while it is written, taken over with one press (and
// undone with another). Faults and warnings say where they are.
import { Alert, Button, Group, List, Stack, Text, Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { ApiError, type Fault, told } from '@/api/errors';
import { type Details, readDocument } from '../document';
import { lintQuery } from '../queries';
import type { Editor } from '../tree/editor';
import { CopyOne } from './CopyText';
import { readJson, writeJson } from './json';

const PAUSE_MILLISECONDS = 300;

type Props = {
  editor: Editor;
  /** Of the saved rule. */
  name: string | null;
  canEdit: boolean;
  onDetails: (details: Partial<Details>) => void;
};

export function JsonView({ editor, name, canEdit, onDetails }: Props) {
  const present = writeJson(editor.definition);
  const [text, setText] = useState(present);
  const based = useRef(present);
  // Undo and redo show here, too, unless something is being written.
  useEffect(() => {
    setText((now) => (now === based.current ? present : now));
    based.current = present;
  }, [present]);
  const [settled] = useDebouncedValue(text, PAUSE_MILLISECONDS);
  const read = readJson(settled);
  const { definition } = 'value' in read ? readDocument(read.value) : { definition: null };
  const check = useQuery(lintQuery(definition && name ? { name, ...definition } : definition));
  const changed = text !== present;
  const broken = 'fault' in read ? read.fault : null;
  const faults = check.error instanceof ApiError ? check.error.faults : [];
  const isChecked = settled === text && check.isSuccess && !check.isPlaceholderData;

  const apply = () => {
    const now = readJson(text);
    if (!('value' in now)) return;
    const found = readDocument(now.value);
    based.current = text;
    editor.load(found.definition);
    onDetails(found.details);
  };
  return (
    <Stack gap="sm">
      <Group justify="space-between" gap="xs">
        <Text size="sm" c="dimmed">
          Any rule in JSON may be pasted here, with or without its name.
        </Text>
        <CopyOne text={text} what="JSON" />
      </Group>
      <Textarea
        aria-label="The rule as JSON"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) apply();
        }}
        readOnly={!canEdit}
        autosize
        minRows={12}
        maxRows={36}
        spellCheck={false}
        error={broken}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', lineHeight: 1.5 } }}
      />
      <div role="status">
        {broken === null && faults.length > 0 && <Faults faults={faults} />}
        {broken === null && check.isError && faults.length === 0 && (
          <Text size="sm">{told(check.error).sentence}</Text>
        )}
        {isChecked && <Checked warnings={check.data.warnings} sentence={check.data.sentence} />}
      </div>
      {canEdit && (
        <Group>
          <Button variant="default" disabled={!changed || broken !== null} onClick={apply}>
            Apply
          </Button>
          {changed && (
            <Button variant="subtle" color="gray" onClick={() => setText(present)}>
              Put it back
            </Button>
          )}
        </Group>
      )}
    </Stack>
  );
}

function Faults({ faults }: { faults: readonly Fault[] }) {
  return (
    <Alert
      color="gray"
      icon={<IconAlertTriangle size={18} color="var(--mu-bad)" aria-hidden />}
      title={faults.length === 1 ? 'One fault' : `${faults.length} faults`}
    >
      <Places items={faults} />
    </Alert>
  );
}

function Checked({ warnings, sentence }: { warnings: readonly Fault[]; sentence: string }) {
  return (
    <Stack gap="xs">
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <IconCheck size={18} color="var(--mu-good)" aria-hidden style={{ flexShrink: 0 }} />
        <Text size="sm">{sentence}</Text>
      </Group>
      {warnings.length > 0 && (
        <Alert
          color="gray"
          icon={<IconAlertTriangle size={18} color="var(--mu-warn)" aria-hidden />}
          title="This may not be meant"
        >
          <Places items={warnings} />
        </Alert>
      )}
    </Stack>
  );
}

function Places({ items }: { items: readonly Fault[] }) {
  return (
    <List size="sm" spacing={4}>
      {items.map((one) => (
        <List.Item key={`${one.path} ${one.code}`}>
          <Text size="sm" span>
            {one.sentence} {one.hint}
          </Text>{' '}
          <Text size="xs" span c="dimmed" ff="monospace">
            {one.path}
          </Text>
        </List.Item>
      ))}
    </List>
  );
}
