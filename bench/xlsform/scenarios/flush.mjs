// What the scenarios need of Vue's test utilities.
export const flushPromises = () => new Promise((resolve) => setTimeout(resolve));
