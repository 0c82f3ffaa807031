// A share as a bar with its text; optionally the share of everyone as a mark to compare with.
import { Box, Group, Text } from '@mantine/core';
import { percent } from '@/lib/format';

type Props = { share: number | null; everyone?: number; label: string; width?: number | string };

export function ShareBar({ share, everyone, label, width = 96 }: Props) {
  if (share === null) return <Text c="dimmed">–</Text>;
  const shown = percent(share);
  const said = everyone === undefined ? shown : `${shown}; everyone ${percent(everyone)}`;
  return (
    <Group gap="xs" wrap="nowrap" role="img" aria-label={`${label}: ${said}`}>
      <Box pos="relative" w={width} h={6} bg="var(--mu-line)" style={{ borderRadius: 3 }}>
        <Box
          h={6}
          bg="var(--mu-text)"
          style={{ borderRadius: 3, width: `${Math.max(share > 0 ? 1 : 0, share * 100)}%` }}
        />
        {everyone !== undefined && (
          <Box
            pos="absolute"
            top={-3}
            h={12}
            w={2}
            bg="var(--mu-warn)"
            style={{ left: `${Math.min(100, everyone * 100)}%` }}
          />
        )}
      </Box>
      <Text size="sm" className="mu-numbers" aria-hidden style={{ whiteSpace: 'nowrap' }}>
        {shown}
      </Text>
    </Group>
  );
}
