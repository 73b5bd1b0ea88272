// The loop of vm_loop.mlir with its body moved into a function that the compiler may not inline: one internal call per iteration.
// Same argument, same result.
module @vm_call {
  util.func private @mix(%value: i32, %i: i32) -> i32 attributes {inlining_policy = #util.inline.never} {
    %mask = arith.constant 0x5bd1e995 : i32
    %mixed = arith.xori %value, %mask : i32
    %next = arith.addi %mixed, %i : i32
    util.return %next : i32
  }

  func.func @loop(%count: i32) -> i32 {
    %zero = arith.constant 0 : i32
    %one = arith.constant 1 : i32
    %result = scf.for %i = %zero to %count step %one iter_args(%value = %one) -> i32 : i32 {
      %next = util.call @mix(%value, %i) : (i32, i32) -> i32
      scf.yield %next : i32
    }
    return %result : i32
  }
}
