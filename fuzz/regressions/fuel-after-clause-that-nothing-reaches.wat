;;! origin branches of a catch that nothing reaches ended no basic block of compiled code
;;! settings metered=true canonical_nans=true stack=67108864
;;! call 0 "nothing_throws" fuel=6
;;! module
(module
  (memory 0)
  (tag $tag)
  (func (export "nothing_throws") (result i32)
    block
      try
        nop
      catch $tag
        br 1
      end
      i32.const 0
      i32.load
      drop
    end
    i32.const 1))
