// Placeholder until the first part of this target lands.
