import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { root } from '../root.ts';

const directory = join(root, 'infra', 'observability');

const Rules = z.strictObject({
  groups: z
    .array(
      z.strictObject({
        name: z.string(),
        rules: z
          .array(
            z.strictObject({
              alert: z.string(),
              expr: z.string(),
              for: z
                .string()
                .regex(/^\d+[smh]$/)
                .optional(),
              labels: z.strictObject({ severity: z.enum(['warning', 'critical']) }),
              annotations: z.strictObject({ summary: z.string(), action: z.string() }),
            }),
          )
          .min(1),
      }),
    )
    .min(1),
});

const Dashboard = z.looseObject({
  uid: z.string(),
  title: z.string(),
  panels: z
    .array(
      z.looseObject({
        id: z.int(),
        title: z.string(),
        targets: z.array(z.looseObject({ expr: z.string(), refId: z.string() })).min(1),
      }),
    )
    .min(1),
});

const Scrapes = z.looseObject({
  rule_files: z.array(z.string()),
  scrape_configs: z.array(z.looseObject({ job_name: z.string() })),
});

export const rulesFile = join(directory, 'alerts.yml');

/** Throws where a file is not of its form. */
export const readRules = () =>
  Rules.parse(parse(readFileSync(rulesFile, 'utf8'))).groups.flatMap(({ rules }) => rules);

export const readDashboards = () =>
  readdirSync(join(directory, 'dashboards')).map((name) =>
    Dashboard.parse(JSON.parse(readFileSync(join(directory, 'dashboards', name), 'utf8'))),
  );

export const readScrapes = () =>
  Scrapes.parse(parse(readFileSync(join(directory, 'prometheus.yml'), 'utf8')));
