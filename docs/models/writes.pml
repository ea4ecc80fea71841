/* The writes of one process on their way to a commit: Rinha.Server/Queue/WriteQueue.cs and
 * Sqlite/Writing/{LoopRound,CommitTurn,WriterThread}.cs. Names are the code's. WriteModelTests checks it with spin,
 * exhaustively.
 *
 * The event loop adds writes without waking the writer, and takes the turn itself or hands over; another thread adds
 * with a wake-up; the busy check refuses what has waited too long; the gate is taken, and storage fails, at any time;
 * a failed commit is rolled back. Each method of WriteQueue is one step: it has a lock. Not modelled: a death of the
 * process, after which the client does not know.
 * What is proved: each write is answered once; it is answered 200 only after its commit and whenever it is committed;
 * a refused one is never committed; none is forgotten in the queue while the writer sleeps (an invalid end state).
 */
#define WRITES 3
#define ADDED_BY_LOOP 2 /* The others are added outside a round. */

mtype = { New, Queued, Taken, Accepted, Busy, Failed };
mtype state[WRITES] = New;
bool isCommitted[WRITES];
byte answers[WRITES];

/* WriteQueue */
byte queued, added;
bool writerWaits, isClosed, wake; /* wake: the AutoResetEvent. */
bool turnLock;                    /* CommitTurn's */

inline Signal() { wake = true }

/* Add(write, wakesWriter): the test and the flag under the lock, the signal after it. */
inline Add(write, wakesWriter) {
  atomic {
    state[write] = Queued; queued++; added++;
    wakes = wakesWriter && writerWaits;
    if :: wakes -> writerWaits = false :: else fi
  };
  if :: wakes -> Signal() :: else fi
}

/* Wake() */
inline WakeWriter() {
  atomic {
#ifdef FAULT_FORGETS_WHO_WAITS
    wakes = false;
#else
    wakes = queued > 0 && writerWaits;
#endif
    if :: wakes -> writerWaits = false :: else fi
  };
  if :: wakes -> Signal() :: else fi
}

inline Answer(write, result) {
  atomic {
    answers[write]++;
    state[write] = result;
    assert(answers[write] == 1);
    assert((result == Accepted) == isCommitted[write])
  }
}

/* Batch.TakeFrom: all that is queued now, or the first only, as before a reset. A write is in the queue or in a batch,
 * never both. */
inline TakeFrom() {
  atomic {
    i = 0;
    do
    :: i < WRITES ->
      if
      :: state[i] == Queued -> mine[i] = true;
#ifndef FAULT_LEAVES_WHAT_IT_TAKES
        state[i] = Taken; queued--;
#endif
        if :: true :: i = WRITES - 1 fi
      :: else
      fi;
      i++
    :: else -> break
    od;
    i = 0
  }
}

/* CommitTurn.CommitInsideGate: begin, take, COMMIT or roll back. */
inline CommitInsideGate() {
  TakeFrom(); /* What arrives during the batch still joins it: as if it had been queued now. */
#ifdef FAULT_ANSWERS_BEFORE_THE_COMMIT
  result = Accepted;
  Complete();
#endif
  if
  :: atomic {
      result = Accepted;
      do
      :: i < WRITES -> if :: mine[i] -> assert(!isCommitted[i]); isCommitted[i] = true :: else fi; i++
      :: else -> break
      od;
      i = 0
    }
  :: result = Failed
  fi
}

/* Batch.Complete: outside the turn. */
inline Complete() {
  do
  :: i < WRITES -> if :: mine[i] -> Answer(i, result); mine[i] = false :: else fi; i++
  :: else -> break
  od;
  i = 0
}

/* The event loop: a round of writes, then TryCommit, until the round ends with a commit or is handed over. */
active proctype Loop() {
  bool mine[WRITES];
  byte i, next;
  bool wakes, hasRound;
  mtype result;
  do
  :: next < ADDED_BY_LOOP -> Add(next, false); next++; hasRound = true
  :: hasRound ->
TryCommit:
    if
    :: atomic { !turnLock -> turnLock = true };
      if
      :: skip; /* The gate is free. */
        CommitInsideGate();
        turnLock = false;
        Complete();
#ifndef FAULT_FORGETS_THE_REST
        WakeWriter(); /* What joined without a wake-up may be left: behind a reset, or beyond a full batch. */
#endif
        hasRound = false
      :: turnLock = false /* The gate is taken: the round goes on. */
      :: turnLock = false; goto HandOver
      fi
    :: turnLock -> /* MustWait */
HandOver:
      WakeWriter();
      hasRound = false
    fi
  :: next == ADDED_BY_LOOP && !hasRound -> break
  od
}

/* A request that Kestrel runs on the pool. */
active proctype Adder() {
  bool wakes;
  Add(2, true)
}

active proctype Writer() {
  bool mine[WRITES];
  byte i;
  bool wakes;
  mtype result;
  do
  ::
Wait:
    atomic {
      if
      :: queued > 0 -> wakes = true
      :: queued == 0 && isClosed -> break
      :: queued == 0 && !isClosed -> wakes = false; writerWaits = true
      fi
    };
    if
    :: wakes ->
Take:
      atomic { !turnLock -> turnLock = true }; /* Waits for the lock, and for the gate. */
      CommitInsideGate();
      turnLock = false;
      Complete()
    :: !wakes -> atomic { wake -> wake = false }
    fi
  od
}

/* The timer: at most one write, whenever it likes. */
active proctype RefuseOverdue() {
  byte i;
  if
  :: atomic { state[0] == Queued -> state[0] = Taken; queued--; i = 1 }
  :: atomic { state[2] == Queued -> state[2] = Taken; queued--; i = 3 }
  :: added == WRITES
  fi;
  if :: i > 0 -> Answer(i - 1, Busy) :: else fi
}

/* WriterThread.Dispose; with STOPS while writes still wait. */
active proctype Closer() {
#ifdef STOPS
  added == WRITES;
#else
  answers[0] + answers[1] + answers[2] == WRITES; /* Otherwise its signal would hide a lost one. */
#endif
  isClosed = true;
  Signal()
}

/* Once nothing moves any more. */
active proctype Judge() {
  byte i;
  timeout ->
  do
  :: i < WRITES -> assert(answers[i] == 1); i++
  :: else -> break
  od
}
