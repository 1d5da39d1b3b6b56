/** How often one operation may be called: so many calls in so many seconds. */
export interface OperationQuota {
  /** As restage names it: the operations of the API's second version begin with `v2.`. */
  readonly name: string;
  readonly calls: number;
  readonly seconds: number;
}

/** What all operations together may be called, with the burst that is published for it. [API Gateway quotas, developer guide] */
export const commonQuota = { rate: 10, burst: 40 } as const;

/**
 * What single operations may be called besides {@link commonQuota}: per account and region, and fixed. All others share the
 * common quota alone. [API Gateway quotas, developer guide]
 *
 * CreateRestApi and ImportRestApi have the figure for regional and private APIs: an edge-optimised one may be made every 30
 * seconds only, which a call's head does not tell.
 */
export const operationQuotas: readonly OperationQuota[] = [
  ...quota(10, 1, [
    'v2.GetPortal',
    'v2.GetPortalProduct',
    'v2.GetPortalProductSharingPolicy',
    'v2.GetProductPage',
    'v2.GetProductRestEndpointPage',
    'v2.ListPortals',
    'v2.ListProductPages',
    'v2.ListProductRestEndpointPages',
  ]),
  ...quota(5, 1, [
    'CreateApiKey',
    'CreateResource',
    'DeleteApiKey',
    'DeleteResource',
    'v2.ListPortalProducts',
  ]),
  ...quota(5, 2, ['GetResources']),
  ...quota(2, 1, ['v2.CreatePortalProduct']),
  ...quota(1, 1, ['PutRestApi', 'v2.DeletePortalProduct']),
  ...quota(1, 2, ['v2.UpdatePortalProduct']),
  ...quota(1, 3, [
    'CreateRestApi',
    'ImportRestApi',
    'v2.CreatePortal',
    'v2.CreateProductPage',
    'v2.CreateProductRestEndpointPage',
    'v2.DeletePortalProductSharingPolicy',
    'v2.DeleteProductPage',
    'v2.DeleteProductRestEndpointPage',
    'v2.PreviewPortal',
    'v2.PutPortalProductSharingPolicy',
    'v2.UpdateProductPage',
    'v2.UpdateProductRestEndpointPage',
  ]),
  ...quota(1, 5, ['CreateDeployment']),
  ...quota(1, 15, ['v2.CreateVpcLink']),
  ...quota(1, 20, ['CreateDocumentationVersion', 'UpdateAccount', 'UpdateUsagePlan']),
  ...quota(2, 60, ['v2.DeletePortal', 'v2.DisablePortal', 'v2.PublishPortal', 'v2.UpdatePortal']),
  ...quota(1, 30, [
    'CreateDomainName',
    'DeleteDomainName',
    'DeleteRestApi',
    'ImportDocumentationParts',
    'UpdateDomainName',
    'v2.DeleteVpcLink',
  ]),
];

function quota(calls: number, seconds: number, names: readonly string[]): OperationQuota[] {
  return names.map((name) => ({ name, calls, seconds }));
}
