// Choose up to five other segments to compare this one with.
import { Button, Group, Modal } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { SegmentPicker } from '@/ui/SegmentPicker';
import type { Segment } from './logic';

const MOST_OTHERS = 5;

type Props = { segment: Segment; opened: boolean; onClose: () => void };

export function CompareWith({ segment, opened, onClose }: Props) {
  const navigate = useNavigate();
  const [others, setOthers] = useState<string[]>([]);
  return (
    <Modal opened={opened} onClose={onClose} title={`Compare “${segment.title}”`}>
      <SegmentPicker
        label="With"
        multiple
        value={others}
        onChange={setOthers}
        exclude={[segment.name]}
        max={MOST_OTHERS}
      />
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          disabled={others.length === 0}
          onClick={() =>
            navigate({ to: '/compare', search: { of: [segment.name, ...others].join(',') } })
          }
        >
          Compare
        </Button>
      </Group>
    </Modal>
  );
}
