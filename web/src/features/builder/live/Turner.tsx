// How many it would be with another number in the chosen condition; moving it writes the rule.
import { Card, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { SkeletonLines } from '@/ui/StateView';
import { curveQuery } from '../queries';
import type { Editor } from '../tree/editor';
import { findIn } from '../tree/reduce';
import { isGroup } from '../tree/types';
import { conditionOf } from './places';
import { type End, turned } from './turn';
import type { LiveSize } from './useLive';

const ThresholdCurve = lazy(() =>
  import('@/ui/chart/ThresholdCurve').then((chart) => ({ default: chart.ThresholdCurve })),
);
const ENDS: Record<End, string> = { value: 'Another number', low: 'From', high: 'To' };

type Props = { live: LiveSize; editor: Editor; row: string | null; noun: string; canEdit: boolean };

export function Turner({ live, editor, row, noun, canEdit }: Props) {
  const { answer, answered, rows } = live;
  const path =
    row && answer && answered
      ? conditionOf(answer.conditions, answered.paths, rows, row)
      : undefined;
  const found = useQuery(curveQuery(path ? (answered?.rule ?? null) : null, path));
  const node = row ? findIn(editor.audience, row) : null;
  const curves = found.data?.curve;
  if (!path || !node || isGroup(node) || !curves || curves.curves.length === 0) return null;
  if (curves.path !== path) return null;
  const turn = (end: End) => (number: number | string) => {
    const value = turned(node, end, number);
    if (value !== null) editor.act({ type: 'set', id: node.id, value, part: `turn:${end}` });
  };
  const sentence = answer?.conditions.find((one) => one.path === path)?.sentence ?? '';
  return (
    <Card component="section" aria-label="Another number">
      <Stack gap="xs">
        <Title order={3} size="sm">
          What if it were another number?
        </Title>
        <Text size="sm" c="dimmed" lineClamp={2}>
          {sentence}
        </Text>
        <Suspense fallback={<SkeletonLines lines={3} />}>
          {curves.curves.map((curve) => (
            <ThresholdCurve
              key={`${path} ${curve.end}`}
              title={curves.curves.length > 1 ? ENDS[curve.end] : sentence}
              points={curve.points}
              present={curve.present}
              unit={curve.unit}
              noun={noun}
              onDrop={canEdit && turned(node, curve.end, 1) !== null ? turn(curve.end) : undefined}
            />
          ))}
        </Suspense>
      </Stack>
    </Card>
  );
}
