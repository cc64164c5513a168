//! Tasks on all processors, with their results in the order of the tasks.

use std::collections::VecDeque;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread::{Builder, Scope, available_parallelism};

/// As many results of one task are handed over at a time.
const BATCH: usize = 32;
/// As many of these wait until it is their task's turn; then it waits too, so that memory does not grow.
const WAITING: usize = 2;
/// As many tasks for each worker are in work or wait for it.
const AHEAD: usize = 4;
/// What the main thread has by default, too.
const STACK: usize = 8 << 20;

/// Takes one result of a task; a break says that no more are wanted.
pub(super) type Emit<'a, R> = dyn FnMut(R) -> ControlFlow<()> + 'a;

/// Performs a task; what it returns comes after its results.
pub(super) type Perform<'a, T, R, L> = dyn Fn(T, &mut Emit<'_, R>) -> ControlFlow<(), L> + Sync + 'a;

/// As many workers as there are processors.
pub(super) fn processors() -> usize {
    // The system is asked by way of several files.
    static PROCESSORS: OnceLock<usize> = OnceLock::new();
    *PROCESSORS.get_or_init(|| available_parallelism().map_or(1, NonZero::get))
}

/// The tasks and what has come of them.
pub(super) struct Line<'a, T, R, L> {
    tasks: std::vec::IntoIter<T>,
    perform: &'a Perform<'a, T, R, L>,
    /// Those who perform the tasks; where there are none, each is performed when its turn comes.
    workers: Option<Workers<T, R, L>>,
    /// What comes of the tasks that the workers have, in their order.
    pending: VecDeque<Receiver<Piece<R, L>>>,
}

struct Workers<T, R, L> {
    jobs: Sender<Job<T, R, L>>,
    count: usize,
}

struct Job<T, R, L> {
    task: T,
    out: SyncSender<Piece<R, L>>,
}

enum Piece<R, L> {
    Results(Vec<R>),
    Last(Vec<R>, L),
}

/// Calls `body` with the line of `tasks`, on which workers are busy meanwhile.
pub(super) fn with_workers<T: Send, R: Send, L: Send, O>(
    tasks: Vec<T>,
    perform: &Perform<'_, T, R, L>,
    body: impl FnOnce(&mut Line<'_, T, R, L>) -> O,
) -> O {
    // For one task the system is not asked.
    let wanted = if tasks.len() > 1 { processors().min(tasks.len()) } else { 0 };
    let (jobs, offered) = channel();
    let offered = Mutex::new(offered);
    std::thread::scope(|scope| {
        let count = if wanted > 1 { (0..wanted).take_while(|_| start(scope, &offered, perform)).count() } else { 0 };
        let workers = (count > 0).then_some(Workers { jobs, count });
        // The workers end when the line, and with it the way to them, is gone.
        body(&mut Line { tasks: tasks.into_iter(), perform, workers, pending: VecDeque::new() })
    })
}

impl<T, R, L> Line<'_, T, R, L> {
    /// Calls `take` with the results of the next task, and returns what comes after them.
    ///
    /// # Errors
    /// What `take` returns.
    pub(super) fn next(&mut self, take: &mut dyn FnMut(R) -> anyhow::Result<()>) -> anyhow::Result<Option<L>> {
        let Some(Workers { jobs, count }) = &self.workers else { return self.perform_next(take) };
        while self.pending.len() < count * AHEAD
            && let Some(task) = self.tasks.next()
        {
            let (out, pieces) = sync_channel(WAITING);
            if jobs.send(Job { task, out }).is_err() {
                break;
            }
            self.pending.push_back(pieces);
        }
        for piece in self.pending.pop_front().into_iter().flatten() {
            let (results, last) = match piece {
                Piece::Results(results) => (results, None),
                Piece::Last(results, last) => (results, Some(last)),
            };
            results.into_iter().try_for_each(&mut *take)?;
            if last.is_some() {
                return Ok(last);
            }
        }
        Ok(None)
    }

    fn perform_next(&mut self, take: &mut dyn FnMut(R) -> anyhow::Result<()>) -> anyhow::Result<Option<L>> {
        let Some(task) = self.tasks.next() else { return Ok(None) };
        let mut error = None;
        let last = (self.perform)(task, &mut |result| match take(result) {
            Ok(()) => ControlFlow::Continue(()),
            Err(why) => {
                error = Some(why);
                ControlFlow::Break(())
            }
        });
        error.map_or(Ok(last.continue_value()), Err)
    }
}

/// Starts a worker; `false` where the system does not let us.
fn start<'scope, T: Send, R: Send, L: Send>(
    scope: &'scope Scope<'scope, '_>,
    jobs: &'scope Mutex<Receiver<Job<T, R, L>>>,
    perform: &'scope Perform<'_, T, R, L>,
) -> bool {
    let next = || jobs.lock().unwrap_or_else(PoisonError::into_inner).recv().ok();
    let work = move || {
        while let Some(Job { task, out }) = next() {
            let mut results = Vec::with_capacity(BATCH);
            let last = perform(task, &mut |result| {
                results.push(result);
                if results.len() < BATCH {
                    return ControlFlow::Continue(());
                }
                let full = std::mem::replace(&mut results, Vec::with_capacity(BATCH));
                if out.send(Piece::Results(full)).is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
            if let ControlFlow::Continue(last) = last {
                // Nobody waits for it where the run has failed.
                let _ = out.send(Piece::Last(results, last));
            }
        }
    };
    Builder::new().stack_size(STACK).spawn_scoped(scope, work).is_ok()
}
