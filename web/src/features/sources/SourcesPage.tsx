// Where the data comes from: the warehouse and its trial, each table, and the chosen one's fields.
import { Button, SimpleGrid } from '@mantine/core';
import { IconFileCode } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useWorkspace } from '@/api/session';
import { NoModel } from '@/ui/NoModel';
import { Page } from '@/ui/Page';
import { StateView } from '@/ui/StateView';
import { FieldCatalogue } from './FieldCatalogue';
import { sourcesQuery } from './queries';
import { SourceCard } from './SourceCard';
import { WarehouseTrial } from './WarehouseTrial';

export function SourcesPage() {
  const { has_model: hasModel } = useWorkspace();
  const found = useQuery({ ...sourcesQuery, enabled: hasModel });
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const choose = (source: string) =>
    void navigate({ to: '.', search: { source }, replace: true, resetScroll: false });
  return (
    <Page
      title="Sources"
      description="The tables that rules speak of: how fresh they are, and what their fields hold."
      actions={
        <Button
          component={Link}
          to="/sources/model"
          variant="default"
          leftSection={<IconFileCode size={16} aria-hidden />}
        >
          Data model
        </Button>
      }
    >
      {!hasModel ? (
        <NoModel />
      ) : (
        <StateView query={found}>
          {({ warehouse, items }) => {
            const chosen = items.find(({ name }) => name === search.source) ?? items[0];
            return (
              <>
                <WarehouseTrial warehouse={warehouse} />
                <SimpleGrid
                  cols={{ base: 1, sm: 2, lg: 4 }}
                  component="section"
                  aria-label="Tables"
                >
                  {items.map((source) => (
                    <SourceCard
                      key={source.name}
                      source={source}
                      chosen={source.name === chosen?.name}
                      onChoose={() => choose(source.name)}
                    />
                  ))}
                </SimpleGrid>
                {chosen && <FieldCatalogue key={chosen.name} source={chosen} />}
              </>
            );
          }}
        </StateView>
      )}
    </Page>
  );
}
