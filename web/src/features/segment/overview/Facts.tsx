// When, by whom, on what data: the facts behind the size.
import { Card, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { cronWords } from '@/lib/cron';
import { count, duration, moment } from '@/lib/format';
import { Moment } from '@/ui/Moment';
import type { Segment } from '../logic';
import classes from './overview.module.css';

export function Facts({ segment }: { segment: Segment }) {
  const { as_of, watermark, universe_count, unknown_count, seconds, version } = segment;
  const facts: [string, ReactNode][] = [
    ['As of', moment(as_of)],
    ['Newest event in the data', moment(watermark)],
    ['Refreshed', <Moment key="refreshed" at={segment.last_refreshed_at} />],
    ['Schedule', cronWords(segment.schedule)],
    ['Asked about', universe_count === null ? '–' : `${count(universe_count)} people`],
    ['Unknown for', unknown_count === null ? '–' : `${count(unknown_count)} of them`],
    ['Version', version === null ? '–' : `${version}, computed in ${duration(seconds)}`],
    ['Owner', segment.owner],
    ['Name in rules', <code key="name">{segment.name}</code>],
  ];
  return (
    <Card component="section" aria-labelledby="segment-facts">
      <Title order={2} id="segment-facts" mb="xs">
        Facts
      </Title>
      <dl className={classes.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <Text component="span" size="sm">
                {value}
              </Text>
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
