// What a dashboard in JSON must be, in Grafana's own types. A value of an enumeration
// is written as its text in JSON, which TypeScript takes only where it is told so.
import type * as grafana from '@grafana/schema'
import type * as stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen'
import type * as stateTimeline from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen'
import type * as table from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen'
import type * as timeSeries from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen'

type Written<T> = T extends string ? `${T}` : T extends object ? { [K in keyof T]: Written<T[K]> } : T

// Grafana's types leave open what a data source is asked. This is Prometheus's part of it.
type Target = {
  refId: string
  datasource: grafana.DataSourceRef
  editorMode: 'code'
  expr: string
  legendFormat: string
  range: boolean
  instant: boolean
  format?: 'table'
}

type Annotation = grafana.AnnotationQuery & {
  expr: string
  step: string
  titleFormat: string
  textFormat: string
  tagKeys: string
  useValueForTime?: boolean
}

type Defaults<Custom> = Omit<grafana.FieldConfig, 'custom'> & { custom?: Custom }

type Shown<Type extends string, Options, Custom> = Omit<grafana.Panel, 'type' | 'options' | 'targets' | 'fieldConfig'> & {
  type: Type
  options: Options
  targets: Target[]
  fieldConfig: Omit<grafana.FieldConfigSource, 'defaults'> & { defaults: Defaults<Custom> }
}

type Panel =
  | Shown<'stat', stat.Options, never>
  | Shown<'state-timeline', stateTimeline.Options, stateTimeline.FieldConfig>
  | Shown<'table', table.Options, Omit<table.FieldConfig, 'footer'>>
  | Shown<'timeseries', timeSeries.Options, timeSeries.FieldConfig>
  | grafana.RowPanel

export type Dashboard = Written<
  Omit<grafana.Dashboard, 'panels' | 'annotations'> & { panels: Panel[]; annotations: { list: Annotation[] } }
>
