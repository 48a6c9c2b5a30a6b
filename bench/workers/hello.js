// The least Worker there is; cold starts are given over its own.

export default {
  fetch() {
    return new Response(null, { status: 202 });
  },
};
