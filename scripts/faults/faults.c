/* Loaded before the server's own libraries (LD_PRELOAD) to make faults happen at chosen points. */
int rinha_faults = 1;
