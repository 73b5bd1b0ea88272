// The interpreter alone: no device, no buffers, four operations and a branch per iteration. The result depends on every iteration (the
// value is carried through xor and add, and the index enters the sum), so no compiler can shorten the loop.
module @vm_loop {
  func.func @loop(%count: i32) -> i32 {
    %zero = arith.constant 0 : i32
    %one = arith.constant 1 : i32
    %mask = arith.constant 0x5bd1e995 : i32
    %result = scf.for %i = %zero to %count step %one iter_args(%value = %one) -> i32 : i32 {
      %mixed = arith.xori %value, %mask : i32
      %next = arith.addi %mixed, %i : i32
      scf.yield %next : i32
    }
    return %result : i32
  }
}
