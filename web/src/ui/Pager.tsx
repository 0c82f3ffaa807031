// Which part of a list is shown, and the way to the others.
import { Group, Pagination, Text } from '@mantine/core';
import { count } from '@/lib/format';

type Props = {
  page: number;
  pages: number;
  total: number;
  /** What is listed, for many of them: "rules". */
  noun: string;
  onPage: (page: number) => void;
};

export function Pager({ page, pages, total, noun, onPage }: Props) {
  return (
    <Group justify="space-between">
      <Text size="sm" c="dimmed" role="status">
        {count(total)} {noun}
      </Text>
      {pages > 1 && (
        <Pagination
          value={page}
          total={pages}
          onChange={onPage}
          size="sm"
          color="gray"
          getControlProps={(control) => ({ 'aria-label': `Go to the ${control} page` })}
          getItemProps={(item) => ({ 'aria-label': `Page ${item}` })}
        />
      )}
    </Group>
  );
}
