import { wrongRequest } from './objects.ts';
import type { StripeState } from './stripe-state.ts';

type Params = Readonly<Record<string, string>>;

const listOf = <Row>(data: readonly Row[]) => ({ object: 'list', data, has_more: false, url: '/v1/list' });

/** What a call does, by its method and path. */
export const route = (state: StripeState, method: string, path: string, params: Params): unknown => {
  const [, , kind = '', id = '', act = ''] = path.split('/');
  switch (`${method} ${kind}${id === '' ? '' : '/:id'}${act === '' ? '' : `/${act}`}`) {
    case 'POST customers':
      return state.createCustomer(params);
    case 'GET customers/:id': {
      if (id !== 'search') return state.customer(id);
      const value = /^metadata\['organization'\]:'(.+)'$/.exec(params.query ?? '')?.[1];
      const found = [...state.customers.values()].filter(({ metadata }) => metadata.organization === value);
      return { ...listOf(found), object: 'search_result' };
    }
    case 'POST customers/:id':
      return state.updateCustomer(id, params);
    case 'GET customers/:id/payment_methods':
      state.customer(id);
      return listOf([...state.methods.values()].filter(({ customer }) => customer === id));
    case 'GET customers/:id/tax_ids':
      return listOf(state.taxIdsOf(id));
    case 'POST customers/:id/tax_ids':
      return state.createTaxId(id, params);
    case 'DELETE customers/:id/tax_ids':
      return state.deleteTaxId(id, path.split('/')[5] ?? '');
    case 'POST checkout/:id':
      return state.createSession('checkout.session', params);
    case 'POST billing_portal/:id':
      return state.createSession('billing_portal.session', params);
    case 'POST invoices':
      return state.createInvoice(params);
    case 'GET invoices':
      return listOf(
        [...state.invoices.values()].filter(({ customer }) => customer === params.customer).toReversed(),
      );
    case 'GET invoices/:id':
      return state.invoice(id);
    case 'GET events':
      return eventPage(state, params);
    case 'POST invoiceitems':
      return state.createItem(params);
    case 'POST invoices/:id/finalize':
      return state.finalize(id);
    case 'POST invoices/:id/pay':
      return state.pay(id);
    default:
      throw wrongRequest(`Unrecognized request URL (${method}: ${path}).`, 404);
  }
};

/** Newest first, in pages: what is behind `starting_after`, and whether there is more. */
const eventPage = ({ events }: StripeState, params: Params) => {
  const [from, until] = [Number(params['created[gte]'] ?? 0), Number(params['created[lte]'] ?? Infinity)];
  const all = events.filter(({ created }) => created >= from && created <= until).toReversed();
  const after = all.findIndex(({ id }) => id === params.starting_after) + 1;
  const end = after + Number(params.limit ?? 10);
  return { ...listOf(all.slice(after, end)), has_more: end < all.length, url: '/v1/events' };
};
