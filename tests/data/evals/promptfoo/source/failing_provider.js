// A provider that answers with an error when asked about a login, and with text otherwise.
module.exports = class {
  id() {
    return 'acme:assistant-2';
  }

  async callApi(prompt) {
    if (prompt.includes('log in')) {
      return { error: 'HTTP 503 from https://models.acme.example while asking about a login' };
    }
    return { output: 'Queue billing', tokenUsage: { total: 14, prompt: 11, completion: 3 }, cost: 0.0021 };
  }
};
