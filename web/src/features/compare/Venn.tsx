// Two or three segments as circles; a press, or Enter, chooses the part it falls on.
import { Text } from '@mantine/core';
import { type KeyboardEvent, type MouseEvent, useId, useMemo, useState } from 'react';
import { count } from '@/lib/format';
import classes from './Compare.module.css';
import { boxOf, drawCircles, letterAt, type Mask, maskAt } from './circles';
import { type Compared, choiceOfRegion, type Overlap, type Region } from './logic';
import { VennPart } from './VennPart';

type Props = {
  overlap: Overlap;
  compared: Compared[];
  regions: Region[];
  chosen: string | null;
  onChoose: (key: string | null) => void;
};

const VIEW = 420;
const PAD = 12;

export function Venn({ overlap, compared, regions, chosen, onChoose }: Props) {
  const id = useId();
  const [over, setOver] = useState<Mask>(0);
  const maskOf = (region: Region): Mask =>
    compared.reduce(
      (mask, one, place) => (region.inside.includes(one.name) ? mask | (1 << place) : mask),
      0,
    );
  const nameOf = (region: Region) =>
    `${count(region.size)} ${choiceOfRegion(compared, region).sentence}`;
  const parts = new Map(regions.map((region) => [maskOf(region), region]));
  // biome-ignore lint/correctness/useExhaustiveDependencies: all of it comes from the overlap
  const { circles, labels, approximate } = useMemo(
    () =>
      drawCircles(
        compared.map((one) => one.size),
        overlap.intersections,
        new Map([...parts].map(([mask, region]) => [mask, region.size])),
      ),
    [overlap],
  );
  const box = boxOf(circles);
  const scale = (VIEW - 2 * PAD) / Math.max(box.width, box.height * 1.15, 1e-9);
  const height = box.height * scale + 2 * PAD;
  const left = (VIEW - box.width * scale) / 2;
  const shown = circles.map((one) => ({
    x: left + (one.x - box.x) * scale,
    y: PAD + (one.y - box.y) * scale,
    r: one.r * scale,
  }));
  const at = (point: { x: number; y: number }) => ({
    x: left + (point.x - box.x) * scale,
    y: PAD + (point.y - box.y) * scale,
  });
  const numbers = [...labels.values()].map(at);
  const under = (event: MouseEvent<SVGSVGElement>): Mask => {
    const area = event.currentTarget.getBoundingClientRect();
    const factor = VIEW / area.width;
    return maskAt(shown, (event.clientX - area.left) * factor, (event.clientY - area.top) * factor);
  };
  const toggle = (region: Region | undefined) => {
    if (region) onChoose(region.key === chosen ? null : region.key);
  };
  return (
    <>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: each part in it takes keys */}
      {/* biome-ignore lint/a11y/useSemanticElements: a drawing is no fieldset */}
      <svg
        viewBox={`0 0 ${VIEW} ${height}`}
        className={classes.venn}
        role="group"
        aria-label="Compared segments as circles"
        data-over={parts.has(over) || undefined}
        onClick={(event) => toggle(parts.get(under(event)))}
        onPointerMove={(event) => setOver(under(event))}
        onPointerLeave={() => setOver(0)}
      >
        <defs>
          {shown.map((one, place) => (
            <clipPath key={compared[place]?.name} id={`${id}-${place}`}>
              <circle cx={one.x} cy={one.y} r={one.r} />
            </clipPath>
          ))}
        </defs>
        {shown.map((one, place) => (
          <circle
            key={compared[place]?.name}
            cx={one.x}
            cy={one.y}
            r={one.r}
            className={classes.circle}
            data-colour={compared[place]?.colour}
          />
        ))}
        {[...parts].map(([mask, region]) => {
          const label = labels.get(mask);
          return (
            <VennPart
              key={region.key}
              id={id}
              mask={mask}
              circles={shown}
              label={label && { ...at(label), room: label.room * scale }}
              size={region.size}
              name={nameOf(region)}
              chosen={region.key === chosen}
              over={mask === over}
              onPress={(event: KeyboardEvent) => {
                if (event.key !== 'Enter' && event.key !== ' ') return;
                event.preventDefault();
                toggle(region);
              }}
            />
          );
        })}
        {shown.map((one, place) => (
          <text
            key={compared[place]?.name}
            {...letterAt(shown, place, numbers)}
            className={classes.letter}
            data-colour={compared[place]?.colour}
            fontSize={Math.min(20, Math.max(11, one.r * 0.4))}
          >
            {compared[place]?.letter}
          </text>
        ))}
      </svg>
      <Text size="xs" c="dimmed" mt="xs" mih="2.6em">
        {over > 0 && parts.has(over)
          ? `${nameOf(parts.get(over) as Region)}.`
          : approximate
            ? 'The circles’ sizes are right; three circles cannot show all shared parts at their true sizes at once. The table is exact.'
            : 'Areas are in proportion to people.'}
      </Text>
    </>
  );
}
