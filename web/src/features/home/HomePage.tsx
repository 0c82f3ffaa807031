// The first page: four numbers, what needs attention, and the segments worth a look.
import { Badge, Button, SimpleGrid, Skeleton, Stack } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useLiveRuns } from '@/api/run-stream';
import { useWorkspace } from '@/api/session';
import { Page } from '@/ui/Page';
import { Poster } from '@/ui/Poster';
import { StateView } from '@/ui/StateView';
import { Drafts } from './Drafts';
import { FigureCard } from './FigureCard';
import { FirstSteps } from './FirstSteps';
import { type Home, nextStep } from './logic';
import { NeedsAttention } from './NeedsAttention';
import { homeQuery } from './queries';
import { Rail } from './Rail';

export function HomePage() {
  const workspace = useWorkspace();
  const home = useQuery({ ...homeQuery, enabled: workspace.has_model });
  useLiveRuns();
  return (
    <Page
      title="Home"
      description={`How ${workspace.title} stands: whom it reaches, what needs a hand, what moves.`}
      beside={workspace.synthetic && <Badge>Synthetic data</Badge>}
      actions={
        workspace.can('edit') && (
          <Button component={Link} to="/rules/new" leftSection={<IconPlus size={16} aria-hidden />}>
            New rule
          </Button>
        )
      }
    >
      {workspace.has_model ? (
        <StateView query={home} skeleton={<HomeSkeleton />}>
          {(found) => <Shown home={found} />}
        </StateView>
      ) : (
        <FirstSteps next="connect" />
      )}
    </Page>
  );
}

function Shown({ home }: { home: Home }) {
  const step = nextStep(home);
  if (step !== null)
    return (
      <Stack gap="xl">
        <FirstSteps next={step} />
        <Drafts />
      </Stack>
    );
  return (
    <Stack gap="xl">
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }} spacing="md">
        {home.figures.map((figure) => (
          <FigureCard key={figure.key} figure={figure} />
        ))}
      </SimpleGrid>
      <NeedsAttention items={home.attention} />
      <Drafts />
      <Posters title="Fastest growing" posters={home.fastest_growing} />
      <Posters title="Recently refreshed" posters={home.recently_refreshed} />
    </Stack>
  );
}

function Posters({ title, posters }: { title: string; posters: Home['fastest_growing'] }) {
  if (posters.length === 0) return null;
  return (
    <Rail title={title}>
      {posters.map((poster) => (
        <Poster key={poster.segment_id} poster={poster} />
      ))}
    </Rail>
  );
}

const FOUR = ['a', 'b', 'c', 'd'];

function HomeSkeleton() {
  return (
    <Stack gap="xl">
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }} spacing="md">
        {FOUR.map((place) => (
          <Skeleton key={place} height={132} />
        ))}
      </SimpleGrid>
      <Skeleton height={72} />
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }} spacing="md">
        {FOUR.map((place) => (
          <Skeleton key={place} height={280} />
        ))}
      </SimpleGrid>
    </Stack>
  );
}
