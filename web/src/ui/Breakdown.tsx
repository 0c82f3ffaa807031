// One attribute: its members' shares as bars, everyone's as marks, and the index between them
// (100: as everyone). For one segment, or for two to six side by side; as a table, too.
import { ActionIcon, Group, Stack, Text, Title, Tooltip, UnstyledButton } from '@mantine/core';
import { IconChartBar, IconTable } from '@tabler/icons-react';
import { useState } from 'react';
import { plural } from '@/lib/format';
import classes from './Breakdown.module.css';
import { BreakdownBars } from './BreakdownBars';
import { BreakdownTable } from './BreakdownTable';
import { type OwnAttribute, rowsOf, type SharedAttribute, shortened } from './breakdown-rows';

type Common = {
  /** How many parts before "more". */
  most?: number;
  /** Of the title; 3 where it stands under a section's title. */
  order?: 2 | 3 | 4;
};
type Props =
  | (Common & { attribute: OwnAttribute; segments?: undefined })
  | (Common & { attribute: SharedAttribute; segments: string[] });

export function Breakdown({ attribute, segments, most = 6, order = 3 }: Props) {
  const [all, setAll] = useState(false);
  const [asTable, setAsTable] = useState(false);
  const rows = rowsOf(attribute);
  const { shown, more } = shortened(rows, most);
  const names = segments ?? ['Members'];
  const other = asTable ? 'View bars' : 'View data';
  return (
    <Stack gap="xs" className={classes.box}>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Title order={order} size="h4">
          {attribute.label}
        </Title>
        <Tooltip label={other}>
          <ActionIcon
            aria-label={`${other}: ${attribute.label}`}
            aria-pressed={asTable}
            onClick={() => setAsTable(!asTable)}
          >
            {asTable ? <IconChartBar size={17} aria-hidden /> : <IconTable size={17} aria-hidden />}
          </ActionIcon>
        </Tooltip>
      </Group>
      {asTable ? (
        <BreakdownTable label={attribute.label} rows={rows} names={names} />
      ) : (
        <BreakdownBars label={attribute.label} rows={all ? rows : shown} names={names} />
      )}
      {!asTable && more > 0 && (
        <UnstyledButton className={classes.more} aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `+ ${plural(more, 'more part', 'more parts')}`}
        </UnstyledButton>
      )}
      {attribute.several && (
        <Text size="xs" c="dimmed">
          One person may be in several parts, or in none.
        </Text>
      )}
    </Stack>
  );
}
