import { Module } from '@nestjs/common';
import { UserStore } from './user.store.ts';
import { UsersController } from './users.controller.ts';

@Module({ controllers: [UsersController], providers: [UserStore] })
export class UsersModule {}
