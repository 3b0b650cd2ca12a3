/// Thrown by every client call of a process that is dead: it unwinds what the process had on the stack.
struct ProcessDied: Error {}
