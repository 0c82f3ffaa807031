// The published segments with most in common, and which conditions are true together.
import { Anchor, Group, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { count, percent } from '@/lib/format';
import type { Live } from '../queries';
import classes from './Live.module.css';

type Neighbour = NonNullable<Live['nearest']>['segments'][number];

const relation = (one: Neighbour): string | null => {
  if (one.contained && one.contains) return 'The same people';
  if (one.contained) return 'Everybody here is in it';
  if (one.contains) return 'All of it is in here';
  return null;
};

export function Overlap({ answer, noun }: { answer: Live; noun: string }) {
  const nearest = answer.nearest;
  return (
    <Stack gap="md">
      <section aria-label="Nearest segments">
        <Title order={3} size="sm" mb={4}>
          Nearest segments
        </Title>
        {nearest?.segments.length === 0 && (
          <Text size="sm" c="dimmed">
            No published segment shares anybody with this rule.
          </Text>
        )}
        <ul className={classes.rows}>
          {nearest?.segments.map((one) => (
            <li key={one.id} className={classes.step}>
              <Group justify="space-between" wrap="nowrap" gap="xs">
                <Anchor
                  size="sm"
                  c="var(--mu-text)"
                  renderRoot={(props) => (
                    <Link
                      to="/segments/$segmentId"
                      params={{ segmentId: String(one.id) }}
                      target="_blank"
                      {...props}
                    />
                  )}
                >
                  {one.name}
                </Anchor>
                <Text size="sm" fw={700} className="mu-numbers">
                  {count(one.intersection)}
                </Text>
              </Group>
              <div className={classes.bar} aria-hidden>
                <span className={classes.stays} style={{ width: `${one.jaccard * 100}%` }} />
              </div>
              <Text size="xs" c="dimmed" mt={4}>
                {relation(one) ??
                  `${percent(one.share_of_rule)} of these ${noun}, ${percent(one.share_of_segment)} of its ${count(one.size)}`}
                {` · Jaccard ${one.jaccard.toFixed(2)}`}
              </Text>
            </li>
          ))}
        </ul>
      </section>
      <Combinations answer={answer} noun={noun} />
    </Stack>
  );
}

const letter = (place: number): string => String.fromCharCode(65 + place);

function Combinations({ answer, noun }: { answer: Live; noun: string }) {
  const upset = answer.upset;
  if (!upset || upset.conditions.length < 2) return null;
  const shown = upset.combinations.slice(0, 10);
  const most = Math.max(1, ...shown.map((one) => one.size));
  const named = (places: number[]): string =>
    places.length === 0 ? 'none of them' : places.map(letter).join(' and ');
  return (
    <section aria-label="Conditions together">
      <Title order={3} size="sm" mb={4}>
        Conditions together
      </Title>
      <ol className={classes.rows}>
        {upset.conditions.map((condition, place) => (
          <li key={condition.path}>
            <Text size="xs" c="dimmed">
              <Text span fw={700} c="var(--mu-text)">
                {letter(place)}
              </Text>{' '}
              {condition.sentence}
            </Text>
          </li>
        ))}
      </ol>
      <ul className={classes.rows} style={{ marginTop: 8 }}>
        {shown.map((one) => (
          <li key={one.true.join()} className={classes.combination}>
            <span
              className={classes.dots}
              role="img"
              aria-label={`Exactly ${named(one.true)}: ${count(one.size)} ${noun}`}
            >
              {upset.conditions.map((condition, place) => (
                <span
                  key={condition.path}
                  className={classes.dot}
                  data-on={one.true.includes(place) || undefined}
                  aria-hidden
                >
                  {letter(place)}
                </span>
              ))}
            </span>
            <span className={classes.bar} style={{ margin: 0 }} aria-hidden>
              <span className={classes.stays} style={{ width: `${(one.size / most) * 100}%` }} />
            </span>
            <Text size="sm" ta="right" className="mu-numbers" aria-hidden>
              {count(one.size)}
            </Text>
          </li>
        ))}
      </ul>
      {upset.others > 0 && (
        <Text size="xs" c="dimmed" mt={4}>
          {count(upset.others_size)} in {count(upset.others)} further combinations
        </Text>
      )}
    </section>
  );
}
