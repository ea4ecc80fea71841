/* The gate between the instances of all processes (Rinha.Server/Sqlite/Locking/Gate.cs, decision 1): who is inside, who
 * sleeps, and what becomes of a dead holder. Names are the code's. GateModelTests checks it with spin, exhaustively.
 *
 * A process may be killed between any two steps (DEATHS of them), and starts again as a new instance. A stopped process
 * is one that takes no step for a while: every interleaving has it. Times are choices: a wait may time out at once, or
 * never. SQLite's own lock below the gate is not modelled: here the gate alone must keep two from being inside.
 *
 * Configurations: TURNS=n ends each process after n turns (0: never), SLEEPERS has none that only tries, NO_TIMEOUT
 * never wakes who waits for a live holder, PATIENT lets each deferral last until the other came. Faults: see below.
 */
#ifndef PROCESSES
#define PROCESSES 3
#endif
#ifndef DEATHS
#define DEATHS 0
#endif
#ifndef TURNS
#define TURNS 0
#endif
#define NUMBERS 4    /* One more than processes: a checker holds a dead one's byte for a moment. */

/* GateWords; a bit for each number. ANY_HINTS leaves out the last three: a process that finds the gate free may defer or
 * not, so that what is proved holds for any value of them. */
byte Holder;
bool Sleeping[NUMBERS + 1];
#ifdef ANY_HINTS
#define SetHint(hint, value) skip
#define AnyStarving true
#else
byte Last;
bool Asking[NUMBERS + 1], Starving[NUMBERS + 1];
#define SetHint(hint, value) hint = value
#define AnyStarving ANY(Starving)
#endif

byte byteLock[NUMBERS + 1]; /* GateFile.TryLock: the process that has the byte, from 1; its death frees it. */
bool asleep[PROCESSES];     /* In futex(2). */
bool killed[PROCESSES];
bool isInside[PROCESSES];
byte inside, deaths, turns[PROCESSES];

#define ANY(bits) (bits[1] || bits[2] || bits[3] || bits[4])
#define OTHERS(bits) \
  ((n != 1 && bits[1]) || (n != 2 && bits[2]) || (n != 3 && bits[3]) || (n != 4 && bits[4]))
#define IsTurnOfAnother (Last == n && OTHERS(Asking))
#define IsTurnOfStarving (ANY(Starving) && !Starving[n])
#ifdef FAULT_COUNTS_DEFERRALS
#define WasTaken true
#else
#define WasTaken (h != 0)
#endif
#ifdef NEVER_DEFERS
#define MAY_DEFER false
#define MUST_DEFER false
#elif defined(ANY_HINTS)
#define MAY_DEFER true
#define MUST_DEFER false
#else
#define MAY_DEFER MustDefer
#define MUST_DEFER MustDefer
#endif
/* Limits.GateLateWakesMax and GateDeferralsMax are choices, too; only PATIENT counts. */
#ifdef PATIENT
#define MayStarve (lateWakes > 0)
#define MustStarve (lateWakes > 0)
#define NoteLateWake lateWakes = 1
#else
#define MayStarve true
#define MustStarve false
#define NoteLateWake skip
#endif
#define MustDefer (IsTurnOfAnother || IsTurnOfStarving)

/* One number's bits are its instance's own; others clear them as a hint. So clearing several at once loses nothing. */
inline Withdraw() { d_step { Sleeping[n] = false; SetHint(Asking[n], false); SetHint(Starving[n], false) } }
inline ForgetOthers() {
  d_step {
    i = 1;
    do
    :: i <= NUMBERS -> if :: i != n -> SetHint(Asking[i], false); SetHint(Starving[i], false) :: else fi; i++
    :: else -> break
    od;
    i = 0
  }
}

/* futex(2): the kernel compares and falls asleep in one step. */
inline Wait(value) {
#ifdef FAULT_SLEEPS_WITHOUT_COMPARING
  asleep[p] = true
#else
  atomic { if :: Holder == value -> asleep[p] = true :: else fi }
#endif
}

inline Wake() {
  if
  :: AnyStarving -> d_step { i = 0; do :: i < PROCESSES -> asleep[i] = false; i++ :: else -> break od; i = 0 }
#ifdef ANY_HINTS
  :: true ->
#else
  :: else ->
#endif
    atomic {
      if
      :: asleep[0] -> asleep[0] = false
      :: asleep[1] -> asleep[1] = false
#if PROCESSES > 2
      :: asleep[2] -> asleep[2] = false
#endif
      :: else
      fi
    }
  fi
}

/* The word first, the bits then. */
inline Free() {
#ifdef FAULT_LOOKS_FOR_SLEEPERS_FIRST
  h = ANY(Sleeping);
  atomic { if :: Holder == n -> Holder = 0 :: else -> h = 0 fi };
  if :: h -> Wake() :: else fi
#else
  atomic { if :: Holder == n -> Holder = 0; h = 1 :: else -> h = 0 fi };
  if :: h && ANY(Sleeping) -> Wake() :: else fi
#endif
  ; h = 0
}

inline RemoveIfDead() {
  if
  :: h == n -> atomic { if :: Holder == h -> Holder = 0 :: else fi }
  :: else ->
#ifdef FAULT_REMOVES_THE_LIVING
    atomic { if :: Holder == h -> Holder = 0 :: else fi }
#elif defined(FAULT_NEVER_REMOVES)
    skip
#else
    atomic { if :: byteLock[h] == 0 -> byteLock[h] = p + 1 :: else -> goto lives fi };
#ifdef FAULT_UNLOCKS_BEFORE_THE_EXCHANGE
    byteLock[h] = 0;
    atomic { if :: Holder == h -> Holder = 0 :: else fi };
#else
    atomic { if :: Holder == h -> Holder = 0 :: else fi };
    byteLock[h] = 0;
#endif
lives:
    skip
#endif
  fi
}

proctype Process(byte p) {
  byte n, h, i, lateWakes;
  bool onlyTries;

Start:
  {
    skip;
TakeNumber:
    atomic {
      if
      :: byteLock[1] == 0 -> n = 1
      :: byteLock[1] != 0 && byteLock[2] == 0 -> n = 2
      :: byteLock[1] != 0 && byteLock[2] != 0 && byteLock[3] == 0 -> n = 3
      :: byteLock[1] != 0 && byteLock[2] != 0 && byteLock[3] != 0 -> n = 4
      fi;
      byteLock[n] = p + 1
    };
    Withdraw();
    Free();
    do
    :: TURNS > 0 && turns[p] == TURNS -> break
    :: TURNS == 0 || turns[p] < TURNS ->
#ifdef SLEEPERS
      onlyTries = false;
#else
      if :: onlyTries = false :: onlyTries = true fi;
#endif

TryEnter: /* One step: the exchange decides, and the bits are hints. */
      atomic {
        if
        :: Holder != 0 -> goto Refused
        :: Holder == 0 && !MUST_DEFER -> goto Enter
#ifdef PATIENT
        :: Holder == 0 && MustDefer -> goto Refused
#else
        :: Holder == 0 && MAY_DEFER -> goto Refused
        :: Holder == 0 && MUST_DEFER -> ForgetOthers(); goto Enter
#endif
        fi;
Enter:
        Holder = n; inside++; isInside[p] = true; lateWakes = 0;
        SetHint(Asking[n], false); SetHint(Starving[n], false)
      };
progress_Inside:
      assert(inside == 1 && Holder == n);
Exit:
      atomic {
        inside--; isInside[p] = false; SetHint(Last, n);
        if :: TURNS > 0 -> turns[p]++ :: else fi;
        assert(Holder == n)
      };
      Free();
      goto Next;

Refused:
      SetHint(Asking[n], true);
      if :: onlyTries -> goto TryEnter :: else fi;
TryEnterWithin:
      atomic { if :: MayStarve -> SetHint(Starving[n], true) :: !MustStarve fi; Sleeping[n] = true };
      h = Holder;
Sleep:
      if
      :: h != 0 ->
        Wait(h);
        if
        :: !asleep[p]
#ifndef NO_TIMEOUT
        :: asleep[p] -> asleep[p] = false; RemoveIfDead()
#endif
        fi
      :: h == 0 && MAY_DEFER ->
        Wait(0);
        if
        :: !asleep[p]
#ifdef PATIENT
        :: asleep[p] -> asleep[p] = false
#else
        :: asleep[p] -> asleep[p] = false; ForgetOthers()
#endif
        fi
      :: h == 0 && !MUST_DEFER
      fi;
      atomic { Sleeping[n] = false; if :: WasTaken -> NoteLateWake :: else fi; h = 0 };
      goto TryEnter;
Next:
      skip
    od
  } unless {
    atomic {
      killed[p] ->
      killed[p] = false;
      asleep[p] = false;
      if :: isInside[p] -> inside--; isInside[p] = false :: else fi;
      i = 1;
      do :: i <= NUMBERS -> if :: byteLock[i] == p + 1 -> byteLock[i] = 0 :: else fi; i++ :: else -> break od;
      n = 0; h = 0; i = 0; lateWakes = 0; onlyTries = false;
#ifdef STAYS_DEAD
      goto Dead
#else
      goto Start
#endif
    }
  };
Dead:
  skip
}

/* kill -9 */
proctype Killer() {
end:
  do
  :: atomic { deaths < DEATHS -> deaths++; if :: killed[0] = true :: killed[1] = true
#if PROCESSES > 2
    :: killed[2] = true
#endif
    fi }
  od
}

init {
  atomic {
    byte one = 0;
    do :: one < PROCESSES -> run Process(one); one++ :: else -> break od;
    if :: DEATHS > 0 -> run Killer() :: else fi
  }
}

#ifdef NOBODY_STARVES
ltl nobodyStarves { [] <> isInside[0] }
#endif
