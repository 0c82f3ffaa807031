// The shape of the page while its numbers come.
import { SimpleGrid, Skeleton, Stack } from '@mantine/core';
import { TILES } from './Figures';

export function DaySkeleton() {
  return (
    <Stack gap="lg">
      <SimpleGrid cols={TILES} spacing="md">
        {[1, 2, 3, 4, 5].map((tile) => (
          <Skeleton key={tile} height={150} />
        ))}
      </SimpleGrid>
      <Skeleton height={380} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Skeleton height={380} />
        <Skeleton height={380} />
      </SimpleGrid>
    </Stack>
  );
}
