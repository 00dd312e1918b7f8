import { createRequire } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import type { Manifest } from './render-chart';

/** Kinds that the chart may make, and where their schema and their type are. */
const models: Record<string, string> = {
  'v1/ConfigMap': 'kubernetes-models/v1/ConfigMap',
  'v1/Secret': 'kubernetes-models/v1/Secret',
  'v1/Service': 'kubernetes-models/v1/Service',
  'v1/ServiceAccount': 'kubernetes-models/v1/ServiceAccount',
  'apps/v1/Deployment': 'kubernetes-models/apps/v1/Deployment',
  'policy/v1/PodDisruptionBudget': 'kubernetes-models/policy/v1/PodDisruptionBudget',
  'networking.k8s.io/v1/NetworkPolicy': 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy',
  'keda.sh/v1alpha1/ScaledObject': '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject',
};
const load = createRequire(__filename);

const keyOf = ({ apiVersion, kind }: Manifest): string => `${apiVersion}/${kind}`;

/**
 * What a strict API server would say of manifests: by the schemas of Kubernetes' own OpenAPI description and of KEDA's
 * resource definitions, and, for fields that are not in them, which those schemas let pass, by the types made from them.
 *
 * @returns one line for each fault
 */
export function faultsOf(manifests: Manifest[]): string[] {
  const unknown = manifests.filter((manifest) => !(keyOf(manifest) in models));
  if (unknown.length > 0) return unknown.map((manifest) => `there is no schema for ${keyOf(manifest)}`);
  return [...manifests.flatMap(schemaFault), ...typeFaults(manifests)];
}

function schemaFault(manifest: Manifest): string[] {
  const module = load(models[keyOf(manifest)] ?? '') as Record<string, new (data: object) => { validate(): void }>;
  const Model = module[manifest.kind];
  if (!Model) return [`${manifest.kind} has no model`];
  try {
    new Model(manifest).validate();
    return [];
  } catch (error) {
    return [`${manifest.kind} ${manifest.metadata.name}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** An object literal may have no field that its type lacks: TypeScript finds `contianers` and `readOnlyRootFileSystem`. */
function typeFaults(manifests: Manifest[]): string[] {
  const file = join(__dirname, 'rendered-manifests.ts');
  const text = manifests
    .map((manifest, at) => {
      const { kind } = manifest;
      const from = models[keyOf(manifest)];
      return `import type { I${kind} as T${at} } from '${from}'; export const m${at}: T${at} = ${JSON.stringify(manifest, null, 1)};`;
    })
    .join('\n');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Node10,
    target: ts.ScriptTarget.ES2022,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (path) => path === file || fileExists(path);
  host.getSourceFile = (path, ...rest) =>
    path === file ? ts.createSourceFile(path, text, ts.ScriptTarget.ES2022) : getSourceFile(path, ...rest);
  return ts
    .getPreEmitDiagnostics(ts.createProgram([file], options, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}
