"""Finding what answers a question: curated tools first, then all reads of AWS."""
