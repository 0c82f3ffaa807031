// The segments with their letters and colours, sizes, and when they were refreshed.
import { Anchor, Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { count } from '@/lib/format';
import { Moment } from '@/ui/Moment';
import { Badge } from './Badge';
import classes from './Compare.module.css';
import type { Compared } from './logic';

export function Legend({ compared }: { compared: Compared[] }) {
  return (
    <ul className={classes.legend} aria-label="Compared segments">
      {compared.map((one) => (
        <li key={one.name}>
          <Group gap={8} wrap="nowrap" align="flex-start">
            <Badge one={one} />
            <div>
              <Anchor component={Link} to={`/segments/${one.id}`} size="sm" fw={600}>
                {one.title}
              </Anchor>
              <Text size="sm" c="dimmed" className="mu-numbers">
                {count(one.size)} · <Moment at={one.asOf} />
              </Text>
            </div>
          </Group>
        </li>
      ))}
    </ul>
  );
}
