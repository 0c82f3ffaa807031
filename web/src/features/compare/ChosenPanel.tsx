// Who is chosen, in words, and the way to make a segment of them.
import { Button, Card, Group, Stack, Text, Tooltip } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useWorkspace } from '@/api/session';
import { count } from '@/lib/format';
import { type Choice, these } from './logic';

type Props = {
  choice: Choice | null;
  shortcuts: Choice[];
  onChoose: (key: string | null) => void;
};

export function ChosenPanel({ choice, shortcuts, onChoose }: Props) {
  const { can } = useWorkspace();
  const [any, all] = shortcuts;
  const named: [string, Choice | undefined][] = [
    ['In any', any],
    ['In all', all],
  ];
  return (
    <Card>
      <Stack gap="sm">
        <Group gap="xs">
          {named.map(
            ([label, one]) =>
              one && (
                <Button
                  key={one.key}
                  variant="default"
                  size="xs"
                  aria-pressed={choice?.key === one.key}
                  onClick={() => onChoose(choice?.key === one.key ? null : one.key)}
                >
                  {label}: {count(one.size)}
                </Button>
              ),
          )}
          {shortcuts.slice(2).map((one) => (
            <Button
              key={one.key}
              variant="default"
              size="xs"
              aria-pressed={choice?.key === one.key}
              onClick={() => onChoose(choice?.key === one.key ? null : one.key)}
              styles={{ label: { overflow: 'hidden', textOverflow: 'ellipsis', maxWidth: 220 } }}
            >
              Only {one.title.split(', not ')[0]}: {count(one.size)}
            </Button>
          ))}
        </Group>
        <Text role="status" size="sm" c={choice ? undefined : 'dimmed'}>
          {choice ? (
            <>
              <Text span fw={700} className="mu-numbers">
                {count(choice.size)}
              </Text>{' '}
              {choice.sentence}.
            </>
          ) : (
            'Choose a part of the drawing, a row of the table or one of the buttons above to make a segment of it.'
          )}
        </Text>
        {choice && <Make choice={choice} mayEdit={can('edit')} />}
      </Stack>
    </Card>
  );
}

function Make({ choice, mayEdit }: { choice: Choice; mayEdit: boolean }) {
  const label = `Make a segment from ${these(choice.size)}`;
  const search = { definition: choice.definition, title: choice.title };
  if (!mayEdit)
    return (
      <Tooltip label="You may look at segments here, but not make any">
        <Button w="fit-content" data-disabled aria-disabled>
          {label}
        </Button>
      </Tooltip>
    );
  return (
    <Button
      renderRoot={(props) => <Link to="/rules/new" search={search} {...props} />}
      leftSection={<IconPlus size={16} aria-hidden />}
      w="fit-content"
    >
      {label}
    </Button>
  );
}
