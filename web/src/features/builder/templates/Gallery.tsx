// Where a new rule starts: nothing, a kept draft, or one of the templates the data allows.
import { Badge, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import {
  IconCalendarUser,
  IconClockPause,
  IconCrown,
  IconFilePlus,
  IconHeart,
  IconMapPin,
  IconPencil,
  IconRepeat,
  IconSparkles,
  IconUserMinus,
  IconUserPlus,
  IconUsers,
  IconViewfinderOff,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ago } from '@/lib/format';
import { Page } from '@/ui/Page';
import classes from '../Builder.module.css';
import type { Draft } from '../drafts/logic';
import type { Template, TemplateKey } from './templates';

const ICONS: Record<TemplateKey, typeof IconUsers> = {
  new: IconUserPlus,
  active: IconUsers,
  quiet: IconClockPause,
  first_time: IconSparkles,
  frequent: IconRepeat,
  top_tenth: IconCrown,
  near: IconMapPin,
  young: IconCalendarUser,
  interests: IconHeart,
  between_segments: IconUserMinus,
  not_reached: IconViewfinderOff,
};
const icon = { size: 22, stroke: 1.6, 'aria-hidden': true };

type Props = { templates: Template[]; draft: Draft | null };

export function Gallery({ templates, draft }: Props) {
  return (
    <Page title="New rule" description="Say who should be in; the number follows while you write.">
      <Stack gap="sm">
        <Title order={2}>Start from</Title>
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="sm">
          {draft && (
            <Start
              from="draft"
              title={`Continue your draft from ${ago(draft.at)}`}
              sentence={draft.content.details.title || 'It has no name yet.'}
              icon={<IconPencil {...icon} />}
              badge="Draft"
            />
          )}
          <Start
            from="blank"
            title="Blank"
            sentence="Begin with nothing."
            icon={<IconFilePlus {...icon} />}
          />
          {templates.map(({ key, title, sentence }) => {
            const Icon = ICONS[key];
            return (
              <Start
                key={key}
                from="template"
                template={key}
                title={title}
                sentence={sentence}
                icon={<Icon {...icon} />}
              />
            );
          })}
        </SimpleGrid>
      </Stack>
    </Page>
  );
}

type StartProps = {
  from: string;
  template?: string;
  title: string;
  sentence: string;
  icon: ReactNode;
  badge?: string;
};

function Start({ from, template, title, sentence, icon: sign, badge }: StartProps) {
  return (
    <Link to="/rules/new" search={{ from, template }} className={classes.start}>
      <Group justify="space-between">
        {sign}
        {badge && <Badge>{badge}</Badge>}
      </Group>
      <Text fw={700}>{title}</Text>
      <Text size="sm" c="dimmed">
        {sentence}
      </Text>
    </Link>
  );
}
