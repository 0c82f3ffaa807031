// The rule as YAML, as SQL, or as a sentence, made by the server of what is complete.
import { Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { SkeletonLines, StateView } from '@/ui/StateView';
import type { Asked } from '../live/useLive';
import { textQuery } from '../queries';
import { CopyText } from './CopyText';

const PAUSE_MILLISECONDS = 250;

export type Spelling = 'yaml' | 'sql' | 'sentence';
const ABOUT: Record<Spelling, string> = {
  yaml: 'As muster rule apply reads it, once it has a name.',
  sql: 'One SELECT of its members.',
  sentence: 'What the rule says.',
};

export function TextView({ asked, spelling }: { asked: Asked; spelling: Spelling }) {
  const [definition] = useDebouncedValue(asked.rule, PAUSE_MILLISECONDS);
  const query = useQuery({ ...textQuery(definition), enabled: asked.asks });
  if (!asked.asks) return <Text c="dimmed">Add a condition first.</Text>;
  return (
    <StateView query={query} skeleton={<SkeletonLines lines={8} />}>
      {(text) => (
        <CopyText
          text={text[spelling]}
          what={spelling === 'sentence' ? 'sentence' : spelling.toUpperCase()}
          plain={spelling === 'sentence'}
          beside={
            <Text size="sm" c="dimmed">
              {ABOUT[spelling]}
              {spelling === 'sql' && ` In the dialect of ${text.dialect}.`}
              {asked.left.length > 0 && ' Without the conditions that are not complete.'}
            </Text>
          }
        />
      )}
    </StateView>
  );
}
